import { createHash } from 'node:crypto';
import {
  archiveEntries,
  decompress,
  LayoutError,
  readBlob,
  sniffCompression,
  writeBlob,
} from '@ctrkit/layout';
import type { BlobIdentity, Layout } from '@ctrkit/layout';
import { mediaTypes, parseDigest } from '@ctrkit/oci';
import type { Compression, Descriptor, Digest } from '@ctrkit/oci';

/** A layer that is there as somebody gave it. */
export interface KeptLayer {
  readonly diffId: Digest;
  readonly descriptor: Descriptor;
}

const layerTypes: Record<Compression, string> = {
  none: mediaTypes.layer,
  gzip: mediaTypes.layerGzip,
  zstd: mediaTypes.layerZstd,
};

/**
 * Keeps a tar (plain, gzip or zstd) byte for byte as the blob of a layer. Throws layout's ARCHIVE_INVALID, ARCHIVE_INCOMPLETE, LAYER_CORRUPT,
 * LAYER_TOO_LARGE, and what `writeBlob` throws.
 */
export async function keepLayer(
  layout: Layout,
  source: AsyncIterable<Uint8Array>,
  signalled: { signal?: AbortSignal },
): Promise<KeptLayer> {
  const { compression, bytes } = await sniffCompression(source);
  const layer = await writeBlob(layout, undefined, bytes, signalled);
  const diffId = await checkTar(layout, layer, compression).catch(explained);
  return { diffId, descriptor: { mediaType: layerTypes[compression], ...layer } };
}

/** Reads a layer to its end as the tar that it must be, and answers its diff id. */
async function checkTar(
  layout: Layout,
  layer: BlobIdentity,
  compression: Compression,
): Promise<Digest> {
  const hash = createHash('sha256');
  async function* hashed(): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of decompress(readBlob(layout, layer), compression)) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const tar = hashed();
  try {
    for await (const _ of archiveEntries(held(tar))) continue;
    // What stands behind the end of the archive belongs to the layer as well.
    for await (const _ of tar) continue;
  } finally {
    await tar.return();
  }
  return parseDigest(`sha256:${hash.digest('hex')}`);
}

// What the layout says of archives is about archives of images.
function explained(error: unknown): never {
  if (!(error instanceof LayoutError) || !error.code.startsWith('ARCHIVE_')) throw error;
  throw new LayoutError(error.code, error.message, {
    hint: 'give a root file system as a tar, plain, gzip or zstd; of others: xz -dc FILE | ctr import -',
    cause: error,
  });
}

// The same chunks, of a source that is not closed by who stops early.
async function* held(source: AsyncGenerator<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  for (;;) {
    const next = await source.next();
    if (next.done === true) return;
    yield next.value;
  }
}
