import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '@ctrkit/durable';
import type { Layout } from '@ctrkit/layout';
import { isDigest } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';

/** The digests of all blobs that are there; files of other names are left out. */
export async function storedDigests(layout: Layout): Promise<Digest[]> {
  const found: Digest[] = [];
  for (const algorithm of ['sha256', 'sha512']) {
    for (const name of await namesIn(join(layout.directory, 'blobs', algorithm))) {
      const digest = `${algorithm}:${name}`;
      if (isDigest(digest)) found.push(digest);
    }
  }
  return found;
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
