import { discard } from '../http/exchange.ts';
import { createSession } from '../session.ts';
import type { SessionSettings } from '../session.ts';
import type { Credentials } from './credentials.ts';

/**
 * Asks a registry whether it takes a login, and answers what is to be kept of it: an identity token in place of the
 * password where the registry gives one. Throws UNAUTHORIZED, DENIED, and what a session throws.
 * https://distribution.github.io/distribution/spec/api/#api-version-check
 */
export async function checkLogin(
  settings: Omit<SessionSettings, 'credentials' | 'onIdentityToken'>,
  credentials: Credentials,
  signal?: AbortSignal,
): Promise<Credentials> {
  let identityToken: string | undefined;
  const session = createSession({
    ...settings,
    credentials: () => Promise.resolve(credentials),
    onIdentityToken: (token) => {
      identityToken = token;
    },
  });
  const answer = await session.send({
    repository: '',
    path: '',
    scope: '',
    what: 'login',
    absent: 'REGISTRY_ERROR',
    action: 'login',
    ...(signal !== undefined && { signal }),
  });
  discard(answer);
  const { username, password } = credentials;
  identityToken ??= credentials.identityToken;
  const kept = identityToken === undefined ? { password } : { identityToken };
  return Object.fromEntries(
    Object.entries({ username, ...kept }).filter(([, text]) => text !== undefined),
  );
}
