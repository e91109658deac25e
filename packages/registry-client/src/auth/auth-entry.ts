import type { Credentials } from './credentials.ts';

/** An entry of `auths` as docker and podman write it. */
export interface AuthEntry {
  auth?: string;
  identitytoken?: string;
}

/**
 * What an entry of `auths` holds; undefined for an empty one, which marks a login whose secret is with a
 * helper. Throws an Error without any of it in its message.
 */
export function decodeAuthEntry(value: unknown): Credentials | undefined {
  if (typeof value !== 'object' || value === null) throw new Error('is no object');
  const field = (name: string): string | undefined => {
    const text = (value as Record<string, unknown>)[name];
    return typeof text === 'string' && text !== '' ? text : undefined;
  };
  const pair = splitAuth(field('auth'));
  const found: Record<keyof Credentials, string | undefined> = {
    username: field('username') ?? pair?.username,
    password: field('password') ?? pair?.password,
    identityToken: field('identitytoken'),
    registryToken: field('registrytoken'),
  };
  const given = Object.entries(found).filter(([, text]) => text !== undefined);
  return given.length === 0 ? undefined : (Object.fromEntries(given) as Credentials);
}

function splitAuth(auth: string | undefined): { username: string; password: string } | undefined {
  if (auth === undefined) return undefined;
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw new Error('has an auth that is not user:password in base64');
  // Docker pads what it writes with NUL.
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}

/** The entry for what a login gave. With an identity token there is no password in it. */
export function encodeAuthEntry({
  username = '',
  password,
  identityToken,
}: Credentials): AuthEntry {
  const pair = `${username}:${identityToken === undefined ? (password ?? '') : ''}`;
  const auth = Buffer.from(pair).toString('base64');
  return identityToken === undefined ? { auth } : { auth, identitytoken: identityToken };
}
