import { mkdir, realpath, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, explainSystemError, withLock, writeFileAtomic } from '@ctrkit/durable';
import { encodeAuthEntry } from './auth-entry.ts';
import type { AuthEntry } from './auth-entry.ts';
import { readAuthFile } from './auth-file.ts';
import type { AuthFile } from './auth-file.ts';
import { credentialHelper } from './credential-helper.ts';
import type { HelperOptions } from './credential-helper.ts';
import type { Credentials } from './credentials.ts';
import { serverAddress } from './registry-key.ts';
import { helperFor } from './stored-credentials.ts';

/** Where a login went. */
export interface KeptLogin {
  /** The file, absolute. */
  path: string;
  /** The helper that has the secret; undefined when it stands in the file, readable for its owner. */
  helper: string | undefined;
}

/**
 * Keeps a login in a file of logins, or with the helper that the file names for the registry. The file is replaced
 * as one step, with mode 0600, and whatever else is in it stays. Throws CREDENTIALS_INVALID,
 * CREDENTIAL_HELPER_FAILED, durable's NO_SPACE, READ_ONLY, PERMISSION_DENIED, LOCK_UNAVAILABLE.
 */
export async function keepLogin(
  path: string,
  registry: string,
  credentials: Credentials,
  options: HelperOptions = {},
): Promise<KeptLogin> {
  return await changing(path, async (real, file) => {
    const helper = file === undefined ? undefined : helperFor(file, registry, '');
    const entry = helper === undefined ? encodeAuthEntry(credentials) : {};
    if (helper !== undefined) {
      await credentialHelper(helper, options).store(serverAddress(registry), credentials);
    }
    await write(real, file, registry, entry);
    return { path: real, helper };
  });
}

/**
 * Forgets a login, under each of its names, here and with the helper. Answers whether there was an entry. Throws what
 * `keepLogin` throws.
 */
export async function forgetLogin(
  path: string,
  registry: string,
  options: HelperOptions = {},
): Promise<boolean> {
  return await changing(path, async (real, file) => {
    if (file === undefined) return false;
    const helper = helperFor(file, registry, '');
    if (helper !== undefined) {
      await credentialHelper(helper, options).erase(serverAddress(registry));
    }
    const wasThere = file.auths.some((entry) => entry.registry === registry && entry.prefix === '');
    if (wasThere) await write(real, file, registry, undefined);
    return wasThere;
  });
}

// Two logins at once would lose one of the two.
async function changing<T>(
  path: string,
  change: (real: string, file: AuthFile | undefined) => Promise<T>,
): Promise<T> {
  const real = await targetOf(path);
  await mkdir(dirname(real), { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw explainSystemError(error, dirname(real));
  });
  const lock = `${real}.lock`;
  return await withLock(lock, async () => {
    try {
      return await change(real, await readAuthFile(real));
    } finally {
      await rm(lock, { force: true });
    }
  });
}

// A link, as people have who keep their files elsewhere, stays one.
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return path;
    throw explainSystemError(error, path);
  }
}

async function write(
  path: string,
  file: AuthFile | undefined,
  registry: string,
  entry: AuthEntry | undefined,
): Promise<void> {
  const others = (file?.auths ?? []).filter(
    (one) => one.registry !== registry || one.prefix !== '',
  );
  const pairs = others.map(({ key, value }) => [key, value] as const);
  const auths = Object.fromEntries([
    ...pairs,
    ...(entry === undefined ? [] : [[serverAddress(registry), entry] as const]),
  ]);
  // With tabs, as docker does, so that a file under version control shows what changed.
  await writeFileAtomic(path, `${JSON.stringify({ ...file?.document, auths }, null, '\t')}\n`);
}
