import { dockerConfigCredentials, storedCredentials } from './auth/stored-credentials.ts';
import { certificateDirectories } from './http/certificates.ts';
import { environmentProxy } from './http/proxy.ts';
import { onceEach } from './once-each.ts';
import type { OnMessage } from './out-of-reach.ts';
import { createRegistryClient } from './registry-client.ts';
import type { RegistryClient } from './registry-client.ts';
import type { RegistryClientOptions } from './registry-client-options.ts';
import type { Mirror } from './registries/mirror.ts';
import { addRegistries, readRegistries, registriesPaths } from './registries/registries.ts';

/** What is asked for beyond what the user's files say. */
export interface UserClientOptions extends Pick<
  RegistryClientOptions,
  'userAgent' | 'timeouts' | 'retry'
> {
  /** Told once of each of the user's files and helpers that is out of reach, and left out. @default these are errors */
  onMessage?: OnMessage;
  /** @default that of this process */
  env?: NodeJS.ProcessEnv;
  /** Mirrors, each with its registry; asked before those of `registries.json`. */
  mirrors?: readonly (readonly [registry: string, Mirror])[];
  /** More registries that may go without TLS, or without a good certificate. */
  insecure?: readonly string[];
  /** Directories as `certs.d`; looked into before the usual ones. */
  certificates?: readonly string[];
  /** The only file of logins; it must be there when a login is asked for. @default docker's and podman's */
  authFile?: string | undefined;
}

/**
 * A client as the user and the machine are set up: logins of docker and podman, `certs.d`, the proxies of the environment,
 * mirrors and insecure registries of `registries.json`. Throws REGISTRIES_INVALID; what is wrong in other files is
 * told when they are first needed.
 */
export async function userRegistryClient(options: UserClientOptions = {}): Promise<RegistryClient> {
  const { env = process.env, authFile, mirrors = [], insecure = [], certificates = [] } = options;
  const registries = addRegistries(await readRegistries(registriesPaths(env)), {
    mirrors,
    insecure,
  });
  const { userAgent, timeouts, retry } = options;
  const onMessage = options.onMessage === undefined ? undefined : onceEach(options.onMessage);
  return createRegistryClient({
    credentials:
      authFile === undefined
        ? storedCredentials(env, { onMessage })
        : dockerConfigCredentials(authFile, { env, mustExist: true }),
    onMessage,
    ...registries,
    certificates: [...certificates, ...certificateDirectories(env)],
    systemCertificates: env['SSL_CERT_FILE'] || undefined,
    proxy: environmentProxy(env),
    ...(userAgent !== undefined && { userAgent }),
    ...(timeouts !== undefined && { timeouts }),
    ...(retry !== undefined && { retry }),
  });
}
