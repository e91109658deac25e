import { createHash } from 'node:crypto';
import {
  archiveEntries,
  decompress,
  LayoutError,
  readBlob,
  sniffCompression,
  updateIndex,
  writeBlob,
} from '@ctrkit/layout';
import type { BlobIdentity, Layout } from '@ctrkit/layout';
import { hostPlatform, mediaTypes, parseDigest } from '@ctrkit/oci';
import type { Compression, Digest, ImageConfig, Platform } from '@ctrkit/oci';
import { sweepTemporaries } from '@ctrkit/durable';
import { applyChanges } from './changes/apply-changes.ts';
import { named, withEntries } from './entries.ts';
import { recordOf } from './image-record.ts';
import type { ImageRecord } from './image-record.ts';
import { takeLease } from './lease.ts';
import { parseName } from './tag.ts';
import { writeImage } from './write-image.ts';

export interface ImportFilesystemOptions {
  /** @default none */
  name?: string;
  /** Instructions of a Dockerfile that say how it runs; see `applyChanges`. */
  changes?: readonly string[];
  /** Stands in its history. @default Imported from - */
  message?: string;
  /** What it runs on. @default this machine's */
  platform?: Platform;
  /** @default now */
  created?: Date;
  signal?: AbortSignal;
}

/**
 * Makes an image of one layer from a root file system as a tar (plain, gzip or zstd), which is kept byte for
 * byte. The name comes last; after an error no image shows. Throws NAME_INVALID, CHANGE_INVALID before anything
 * is read; layout's ARCHIVE_INVALID, ARCHIVE_INCOMPLETE, LAYER_CORRUPT, LAYER_TOO_LARGE; the signal's reason;
 * and what `writeBlob` throws.
 */
export async function importFilesystem(
  layout: Layout,
  source: AsyncIterable<Uint8Array>,
  options: ImportFilesystemOptions = {},
): Promise<ImageRecord> {
  const { signal, name, changes = [] } = options;
  const reference = name === undefined ? undefined : parseName(name);
  const config = applyChanges({}, changes);
  const signalled = signal === undefined ? {} : { signal };
  await using _ = await takeLease(layout, 'everything', signalled);
  await sweepTemporaries(layout.directory);
  const { compression, bytes } = await sniffCompression(source);
  const layer = await writeBlob(layout, undefined, bytes, signalled);
  const diffId = await checkTar(layout, layer, compression).catch(explained);
  const image = imageConfig(config, diffId, options);
  const descriptor = await writeImage(layout, image, [
    { mediaType: layerTypes[compression], ...layer },
  ]);
  signal?.throwIfAborted();
  const entry = named(descriptor, reference);
  await updateIndex(layout, (index) => ({
    ...index,
    manifests: withEntries(index.manifests, [entry]),
  }));
  return await recordOf(layout, { descriptor, ...(reference !== undefined && { reference }) });
}

const layerTypes: Record<Compression, string> = {
  none: mediaTypes.layer,
  gzip: mediaTypes.layerGzip,
  zstd: mediaTypes.layerZstd,
};

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

function imageConfig(
  config: ImageConfig['config'],
  diffId: Digest,
  options: ImportFilesystemOptions,
): ImageConfig {
  const { platform = hostPlatform(), created: date = new Date() } = options;
  const { os, architecture, variant } = platform;
  const created = date.toISOString();
  return {
    architecture,
    os,
    ...(variant !== undefined && { variant }),
    created,
    config,
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created, comment: options.message ?? 'Imported from -' }],
  };
}
