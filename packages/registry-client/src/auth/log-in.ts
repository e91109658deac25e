import type { RegistryClient } from '../registry-client.ts';
import type { HelperOptions } from './credential-helper.ts';
import type { Credentials } from './credentials.ts';
import { keepLogin } from './keep-login.ts';
import type { KeptLogin } from './keep-login.ts';

/** How somebody logs in. */
export interface LogInOptions extends HelperOptions {
  client: RegistryClient;
  /** `host` or `host:port`, `docker.io` for Docker Hub. */
  registry: string;
  credentials: Credentials;
  /** The file of logins in which it is kept, unless that names a helper. */
  path: string;
  signal?: AbortSignal;
}

/**
 * Logs in: keeps what the registry takes, and nothing that it does not. Throws UNAUTHORIZED, DENIED,
 * what `RegistryClient.checkLogin` throws and what `keepLogin` throws.
 */
export async function logIn(options: LogInOptions): Promise<KeptLogin> {
  const { client, registry, credentials, path, signal, ...helper } = options;
  const kept = await client.checkLogin(
    registry,
    credentials,
    signal === undefined ? {} : { signal },
  );
  return await keepLogin(path, registry, kept, helper);
}
