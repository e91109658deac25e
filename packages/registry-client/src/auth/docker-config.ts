import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { errnoOf } from '@ctrkit/durable';
import { OciError, parseJson } from '@ctrkit/oci';
import { RegistryError } from '../registry-error.ts';
import type { CredentialProvider, Credentials } from './credentials.ts';

const HUB = 'docker.io';
// Docker writes Docker Hub under the address of its former API.
const HUB_KEYS: ReadonlySet<string> = new Set([HUB, 'index.docker.io', 'registry-1.docker.io']);

/** Where docker keeps logins: `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. */
export function dockerConfigPath(env: NodeJS.ProcessEnv = process.env): string {
  const directory = env['DOCKER_CONFIG'];
  if (directory !== undefined && directory !== '') return join(directory, 'config.json');
  return join(env['HOME'] ?? homedir(), '.docker', 'config.json');
}

/**
 * Credentials from the `auths` of docker's configuration file, read once, when first asked. No file,
 * no credentials. The provider throws CREDENTIALS_INVALID for a file that cannot be understood.
 * https://docs.docker.com/reference/cli/docker/login/#default-behavior
 */
export function dockerConfigCredentials(path: string = dockerConfigPath()): CredentialProvider {
  let auths: Promise<Map<string, Credentials>> | undefined;
  return async (registry) => {
    auths ??= readAuths(path);
    return (await auths).get(hostOf(registry));
  };
}

async function readAuths(path: string): Promise<Map<string, Credentials>> {
  try {
    return authsOf(parseJson(await readFile(path)), path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return new Map();
    if (!(error instanceof OciError) && errnoOf(error) === undefined) throw error;
    throw invalid(path, error instanceof OciError ? error.message : 'cannot be read', error);
  }
}

function authsOf(config: unknown, path: string): Map<string, Credentials> {
  const auths = (config as { auths?: unknown } | null)?.auths ?? {};
  if (typeof auths !== 'object') throw invalid(path, 'auths is not an object');
  const entries = Object.entries(auths).map(
    ([key, value]) => [hostOf(key), credentialsOf(value, key, path)] as const,
  );
  return new Map(entries.filter((entry): entry is [string, Credentials] => entry[1] !== undefined));
}

/** `https://index.docker.io/v1/` and `docker.io` are one host; a port is part of it. */
function hostOf(key: string): string {
  const host = key
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .toLowerCase();
  return HUB_KEYS.has(host) ? HUB : host;
}

// An entry without anything in it marks a login whose secret is with a helper program.
function credentialsOf(value: unknown, key: string, path: string): Credentials | undefined {
  if (typeof value !== 'object' || value === null)
    throw invalid(path, `auths["${key}"] is no object`);
  const field = (name: string): string | undefined => {
    const text = (value as Record<string, unknown>)[name];
    return typeof text === 'string' && text !== '' ? text : undefined;
  };
  const pair = splitAuth(field('auth'), key, path);
  const found: Record<keyof Credentials, string | undefined> = {
    username: field('username') ?? pair?.username,
    password: field('password') ?? pair?.password,
    identityToken: field('identitytoken'),
    registryToken: field('registrytoken'),
  };
  const given = Object.entries(found).filter(([, text]) => text !== undefined);
  return given.length === 0 ? undefined : (Object.fromEntries(given) as Credentials);
}

function splitAuth(
  auth: string | undefined,
  key: string,
  path: string,
): { username: string; password: string } | undefined {
  if (auth === undefined) return undefined;
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw invalid(path, `auths["${key}"].auth is not user:password in base64`);
  // Docker pads what it writes with NUL.
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}

function invalid(path: string, why: string, cause?: unknown): RegistryError {
  return new RegistryError('CREDENTIALS_INVALID', `${path}: ${why}`, {
    hint: 'correct the file, or move it away to ask without a login',
    cause,
  });
}
