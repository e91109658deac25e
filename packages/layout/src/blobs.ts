import { rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, syncDirectory } from '@ctrkit/durable';
import { digestAlgorithm, digestHex } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import type { Layout } from './layout.ts';

/** What identifies a blob and lets it be verified: the digest of its bytes and how many there are. */
export interface BlobIdentity {
  digest: Digest;
  size: number;
}

/** Where the blob of that digest is, or would be. */
export function blobPath(layout: Layout, digest: Digest): string {
  return join(layout.directory, 'blobs', digestAlgorithm(digest), digestHex(digest));
}

/** Whether the blob is there, with the size that it must have. Its bytes are not read. */
export async function hasBlob(layout: Layout, blob: BlobIdentity): Promise<boolean> {
  try {
    const found = await stat(blobPath(layout, blob.digest));
    return found.isFile() && found.size === blob.size;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}

/**
 * Removes a blob, for one that turned out damaged or is no longer wanted; none there is no error.
 * Who has it open reads on undisturbed.
 */
export async function removeBlob(layout: Layout, digest: Digest): Promise<void> {
  const path = blobPath(layout, digest);
  try {
    await rm(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  await syncDirectory(dirname(path));
}
