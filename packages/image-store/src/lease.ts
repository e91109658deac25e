import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  acquireLock,
  errnoOf,
  explainSystemError,
  isAlive,
  selfIdentity,
  sweepTemporaries,
  writeFileAtomic,
} from '@ctrkit/durable';
import type { Lock, ProcessIdentity } from '@ctrkit/durable';
import type { Layout } from '@ctrkit/layout';
import { isDigest, parseJson } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { ImageStoreError } from './image-store-error.ts';

/** What a lease keeps: these blobs and what the manifests among them refer to, or all there is. */
export type LeaseScope = readonly Digest[] | 'everything';

/**
 * Keeps blobs from garbage collection while this process lives, or until it is released. What it
 * keeps and is there when the lease has been taken stays there.
 */
export interface Lease extends AsyncDisposable {
  /** Adds to what is kept. */
  add(digests: readonly Digest[]): Promise<void>;
  /** Ends it; a second call does nothing. */
  release(): Promise<void>;
}

/** What all living leases of a layout keep together. */
export interface Leased {
  readonly everything: boolean;
  readonly digests: ReadonlySet<Digest>;
}

interface LeaseRecord {
  readonly owner: ProcessIdentity;
  readonly scope: LeaseScope;
}

const SUFFIX = '.json';

const leasesDirectory = (layout: Layout): string => join(layout.directory, 'leases');

/**
 * The lock between collectors, which hold it alone, and takers of leases, who share it: so that no
 * lease begins between a collector's look at the leases and its deletions.
 */
export async function acquireGarbageLock(
  layout: Layout,
  options: { shared?: boolean; signal?: AbortSignal } = {},
): Promise<Lock | undefined> {
  return await acquireLock(join(layout.directory, '.gc.lock'), options);
}

/**
 * Takes a lease; waits while garbage is being collected. For content that is not known yet, such as
 * an archive that is still being read, take 'everything': collection is then put off. Throws
 * LOCK_UNAVAILABLE, NO_SPACE, READ_ONLY, PERMISSION_DENIED, or the signal's reason.
 */
export async function takeLease(
  layout: Layout,
  scope: LeaseScope,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Lease> {
  const path = join(leasesDirectory(layout), `${randomUUID()}${SUFFIX}`);
  const owner = selfIdentity();
  let kept = scope;
  const write = async (): Promise<void> => {
    await using _ = await acquireGarbageLock(layout, {
      shared: true,
      ...(signal !== undefined && { signal }),
    });
    await writeRecord(path, { owner, scope: kept });
  };
  await makeDirectory(leasesDirectory(layout));
  await write();
  const release = async (): Promise<void> => rm(path, { force: true });
  return {
    add: async (digests) => {
      if (kept === 'everything') return;
      kept = [...new Set([...kept, ...digests])];
      await write();
    },
    release,
    [Symbol.asyncDispose]: release,
  };
}

/**
 * What is leased now, after forgetting the leases of processes that are gone. To be called under the
 * garbage lock, held alone. Throws LEASE_INVALID: what cannot be read might keep anything.
 */
export async function readLeases(layout: Layout): Promise<Leased> {
  const directory = leasesDirectory(layout);
  await sweepTemporaries(directory);
  const digests = new Set<Digest>();
  let everything = false;
  for (const path of await leaseFiles(directory)) {
    const record = await readRecord(path);
    if (record === undefined) continue;
    if (!isAlive(record.owner)) await rm(path, { force: true });
    else if (record.scope === 'everything') everything = true;
    else for (const digest of record.scope) digests.add(digest);
  }
  return { everything, digests };
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explainSystemError(error, path);
  }
}

async function writeRecord(path: string, record: LeaseRecord): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(record));
}

async function leaseFiles(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names.filter((name) => name.endsWith(SUFFIX)).map((name) => join(directory, name));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function readRecord(path: string): Promise<LeaseRecord | undefined> {
  try {
    return parseRecord(parseJson(await readFile(path)), path);
  } catch (error) {
    // Released meanwhile.
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error instanceof ImageStoreError ? error : invalid(path, error);
  }
}

function parseRecord(value: unknown, path: string): LeaseRecord {
  const { owner, scope } = (value ?? {}) as { owner?: unknown; scope?: unknown };
  const { pid, startTime, bootId } = (owner ?? {}) as { [Key in keyof ProcessIdentity]?: unknown };
  if (typeof pid !== 'number' || typeof startTime !== 'string' || typeof bootId !== 'string') {
    throw invalid(path);
  }
  const identity: ProcessIdentity = { pid, startTime, bootId };
  if (scope === 'everything') return { owner: identity, scope };
  if (Array.isArray(scope) && scope.every(isDigest)) return { owner: identity, scope };
  throw invalid(path);
}

function invalid(path: string, cause?: unknown): ImageStoreError {
  return new ImageStoreError('LEASE_INVALID', `${path}: is not a lease`, {
    path,
    hint: 'remove the file when no command of yours is using the images',
    cause,
  });
}
