import { storedCredentials } from '../auth/stored-credentials.ts';
import { createRegistryClient } from '../registry-client.ts';
import type { RegistryClient } from '../registry-client.ts';

/** The client of every command: with the logins that docker knows. */
export function commandClient(env: NodeJS.ProcessEnv): RegistryClient {
  const version = process.env['CTRKIT_VERSION'] ?? '0.0.0';
  return createRegistryClient({
    credentials: storedCredentials(env),
    userAgent: `ctrkit-registry-client/${version}`,
  });
}
