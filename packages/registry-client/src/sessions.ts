import { isLoopbackRegistry } from '@ctrkit/oci';
import type { HttpContext } from './http/exchange.ts';
import { defaultRetryPolicy } from './http/retry.ts';
import type { Schemes } from './origin.ts';
import type { RegistryClientOptions } from './registry-client-options.ts';
import type { CredentialProvider } from './auth/credentials.ts';
import type { Mirror } from './registries/mirror.ts';
import { RegistryError } from './registry-error.ts';
import { createSession } from './session.ts';
import type { Session, SessionSettings } from './session.ts';

// One that is down must not cost more than it saves.
const MIRROR_CONNECT_MS = 5_000;
const MIRROR_ATTEMPTS = 2;

/** The sessions of one client: one for each registry and each mirror. */
export interface Sessions {
  of: (registry: string) => Session;
  ofMirror: (mirror: Mirror) => Session;
  /** Of what a session of a registry is made. */
  settingsOf: (registry: string) => SessionSettings;
}

/** Opens none yet. */
export function createSessions(context: HttpContext, options: RegistryClientOptions): Sessions {
  const { insecure = () => false, credentials = () => Promise.resolve(undefined) } = options;
  const { plainHttp = isLoopbackRegistry } = options;
  const retryPolicy = { ...defaultRetryPolicy, ...options.retry };
  const settings = { context, credentials, retryPolicy };
  const sessions = new Map<string, Session>();
  const kept = (key: string, make: () => Session): Session => {
    const session = sessions.get(key) ?? make();
    sessions.set(key, session);
    return session;
  };
  const schemes = (host: string): Schemes => {
    if (plainHttp(host)) return ['http', 'https'];
    return insecure(host) ? ['https', 'http'] : ['https'];
  };
  const settingsOf = (registry: string): SessionSettings => ({
    ...settings,
    context: { ...context, registry },
    registry,
    schemes,
  });
  return {
    settingsOf,
    of: (registry) => kept(registry, () => createSession(settingsOf(registry))),
    ofMirror: ({ name, registry, scheme }) =>
      kept(`mirror ${name}`, () => {
        const { timeouts } = context;
        const connectMs = Math.min(timeouts.connectMs, MIRROR_CONNECT_MS);
        return createSession({
          ...settings,
          credentials: scheme === 'http' ? withheld(schemes, credentials) : credentials,
          context: { ...context, registry, timeouts: { ...timeouts, connectMs } },
          registry,
          // What was written for this mirror counts before what is so for its host.
          schemes: (host) => {
            if (host !== registry || scheme === undefined) return schemes(host);
            return scheme === 'http' ? ['http', 'https'] : ['https'];
          },
          retryPolicy: {
            ...retryPolicy,
            attempts: Math.min(retryPolicy.attempts, MIRROR_ATTEMPTS),
          },
        });
      }),
  };
}

// That a mirror is written with http is no leave to send a login there that anybody on the way can read.
function withheld(
  schemes: (host: string) => Schemes,
  credentials: CredentialProvider,
): CredentialProvider {
  return async (registry, repository) => {
    const found = await credentials(registry, repository);
    if (found === undefined || schemes(registry).includes('http')) return found;
    throw new RegistryError('UNAUTHORIZED', `${registry}: its login is not sent over plain http`, {
      hint: 'list it as insecure to allow that, or write it with https',
    });
  };
}
