import { statSync } from 'node:fs';
import { mkdir, readlink, realpath, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  errnoOf,
  explainSystemError,
  sweepTemporaries,
  withLock,
  writeFileAtomic,
} from '@ctrkit/durable';
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
  /** The file, absolute, and no link. */
  path: string;
  /** The helper that has the secret; undefined when it stands in the file, readable for its owner. */
  helper: string | undefined;
}

/**
 * Keeps a login in a file of logins, or with the helper that the file names for the registry. The file is replaced
 * as one step, with mode 0600, and whatever else is in it stays; written by root, it stays its owner's. Throws
 * CREDENTIALS_INVALID, CREDENTIAL_HELPER_FAILED, durable's NO_SPACE, READ_ONLY, PERMISSION_DENIED, LOCK_UNAVAILABLE.
 */
export async function keepLogin(
  path: string,
  registry: string,
  credentials: Credentials,
  options: HelperOptions = {},
): Promise<KeptLogin> {
  const real = await targetOf(path);
  const before = await readAuthFile(real);
  const helper = before === undefined ? undefined : helperFor(before, registry, '');
  // Not under the lock: it may ask a person to unlock something.
  if (helper !== undefined) {
    await credentialHelper(helper, options).store(serverAddress(registry), credentials);
  }
  const entry = helper === undefined ? encodeAuthEntry(credentials) : {};
  await changing(real, async (file) => await write(real, file, registry, entry));
  return { path: real, helper };
}

/**
 * Forgets a login: in the file under each name of the registry, and then with the helper under those and docker's. A helper that
 * fails keeps nothing in the file. Answers whether there was an entry. Throws what `keepLogin` throws.
 */
export async function forgetLogin(
  path: string,
  registry: string,
  options: HelperOptions = {},
): Promise<boolean> {
  const real = await targetOf(path);
  const before = await readAuthFile(real);
  if (before === undefined) return false;
  const entries = before.auths.filter((entry) => isFor(entry, registry));
  if (entries.length > 0) {
    await changing(real, async (file) => await write(real, file, registry, undefined));
  }
  const helper = helperFor(before, registry, '');
  if (helper !== undefined) {
    const names = new Set([serverAddress(registry), ...entries.map(({ key }) => key)]);
    await eraseAll([...names], helper, options);
  }
  return entries.length > 0;
}

const isFor = (entry: { registry: string; prefix: string }, registry: string): boolean =>
  entry.registry === registry && entry.prefix === '';

// One name that fails must not keep the secret of another.
async function eraseAll(names: string[], helper: string, options: HelperOptions): Promise<void> {
  const failures: unknown[] = [];
  for (const name of names) {
    await credentialHelper(helper, options)
      .erase(name)
      .catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

// Two logins at once would lose one of the two.
async function changing(
  path: string,
  change: (file: AuthFile | undefined) => Promise<void>,
): Promise<void> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw explainSystemError(error, directory);
  });
  const lock = `${path}.lock`;
  await withLock(lock, async () => {
    try {
      // What a login that was killed left has a secret in it.
      await sweepTemporaries(directory);
      await change(await readAuthFile(path));
    } finally {
      await rm(lock, { force: true });
    }
  });
}

// A link, as people have who keep their files elsewhere, stays one; also one to a file that is yet to be made.
async function targetOf(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw explainSystemError(error, path);
  }
  try {
    // It ends: links in a circle are no ENOENT.
    return await targetOf(resolve(dirname(absolute), await readlink(absolute)));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EINVAL') return absolute;
    throw explainSystemError(error, path);
  }
}

async function write(
  path: string,
  file: AuthFile | undefined,
  registry: string,
  entry: AuthEntry | undefined,
): Promise<void> {
  const others = (file?.auths ?? []).filter((one) => !isFor(one, registry));
  const pairs = others.map(({ key, value }) => [key, value] as const);
  const auths = Object.fromEntries([
    ...pairs,
    ...(entry === undefined ? [] : [[serverAddress(registry), entry] as const]),
  ]);
  // With tabs, as docker does, so that a file under version control shows what changed.
  const text = `${JSON.stringify({ ...file?.document, auths }, null, '\t')}\n`;
  await writeFileAtomic(path, text, ownerOf(path));
}

// Root with the home of a user would lock that user out of the file.
function ownerOf(path: string): { owner?: { uid: number; gid: number } } {
  if (process.getuid?.() !== 0) return {};
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? {} : { owner: { uid: found.uid, gid: found.gid } };
}
