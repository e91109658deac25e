import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '@ctrkit/durable';
import { isDigest } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import type { Check } from './check-entry.ts';

const ALGORITHMS: ReadonlySet<string> = new Set(['sha256', 'sha512']);

/** Looks at what lies among the blobs and no image refers to: garbage must be sound as well, and nothing else there. */
export async function checkRest(check: Check, known: ReadonlySet<Digest>): Promise<void> {
  const blobs = join(check.layout.directory, 'blobs');
  for (const algorithm of await namesIn(blobs)) {
    const directory = join(blobs, algorithm);
    if (!ALGORITHMS.has(algorithm)) check.problems.addForeign(directory);
    else
      for (const name of await namesIn(directory)) await checkName(check, algorithm, name, known);
  }
}

async function checkName(
  check: Check,
  algorithm: string,
  name: string,
  known: ReadonlySet<Digest>,
): Promise<void> {
  check.signal?.throwIfAborted();
  const digest = `${algorithm}:${name}`;
  const path = join(check.layout.directory, 'blobs', algorithm, name);
  if (!isDigest(digest)) check.problems.addForeign(path);
  else if (!known.has(digest)) await checkUnreferenced(check, digest, path);
}

async function checkUnreferenced(check: Check, digest: Digest, path: string): Promise<void> {
  const size = await sizeOf(path);
  if (size === undefined) return;
  const finding = await check.checker.check({ digest, size });
  // Collected meanwhile.
  if (finding.ok || finding.code === 'BLOB_MISSING') return;
  const descriptor = { mediaType: 'application/octet-stream', digest, size };
  check.problems.addBlob(descriptor, finding);
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).toSorted();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}
