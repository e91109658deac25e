import { resolve } from 'node:path';
import { RegistryError } from '../registry-error.ts';
import { readAuthFile } from './auth-file.ts';
import type { AuthFile } from './auth-file.ts';
import { authFilePaths } from './auth-file-path.ts';

/**
 * Which files, besides this one, hold a login for a registry that `storedCredentials` finds: what a logout leaves, such as
 * podman's. What cannot be read or understood holds none.
 */
export async function otherLogins(
  path: string,
  registry: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string[]> {
  const found: string[] = [];
  for (const other of authFilePaths(env)) {
    if (resolve(other) === resolve(path) || found.includes(other)) continue;
    const file = await readIfGood(other);
    const covers = file?.auths.some((entry) => entry.registry === registry && entry.prefix === '');
    if (covers === true) found.push(other);
  }
  return found;
}

async function readIfGood(path: string): Promise<AuthFile | undefined> {
  try {
    return await readAuthFile(path);
  } catch (error) {
    if (error instanceof RegistryError) return undefined;
    throw error;
  }
}
