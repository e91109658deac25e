import { createHash } from 'node:crypto';
import { digestAlgorithm, parseDigest } from '@ctrkit/oci';
import type { Compression, Digest, DigestAlgorithm } from '@ctrkit/oci';
import type { BlobIdentity } from './blobs.ts';
import { decompress } from './decompress.ts';
import type { Layout } from './layout.ts';
import { readBlob } from './read-blob.ts';

/**
 * The diff id of a layer: the digest of its decompressed bytes. Throws what `readBlob` and `decompress`
 * throw. https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md#layer-diffid
 */
export async function diffIdOf(
  layout: Layout,
  blob: BlobIdentity,
  compression: Compression,
  algorithm: DigestAlgorithm = 'sha256',
): Promise<Digest> {
  const hash = createHash(algorithm);
  for await (const chunk of decompress(readBlob(layout, blob), compression)) hash.update(chunk);
  return parseDigest(`${algorithm}:${hash.digest('hex')}`);
}

/** Whether a layer's digest is also its diff id, so that its bytes need not be read for it. */
export function isOwnDiffId(blob: BlobIdentity, compression: Compression, diffId: Digest): boolean {
  return compression === 'none' && digestAlgorithm(diffId) === digestAlgorithm(blob.digest);
}
