import { updateIndex } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { hostPlatform } from '@ctrkit/oci';
import type { Digest, ImageConfig, Platform } from '@ctrkit/oci';
import { sweepTemporaries } from '@ctrkit/durable';
import { applyChanges } from './changes/apply-changes.ts';
import { named, withEntries } from './entries.ts';
import { recordOf } from './image-record.ts';
import type { ImageRecord } from './image-record.ts';
import { keepLayer } from './keep-layer.ts';
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
  const { diffId, descriptor: layer } = await keepLayer(layout, source, signalled);
  const image = imageConfig(config, diffId, options);
  const descriptor = await writeImage(layout, image, [layer]);
  signal?.throwIfAborted();
  const entry = named(descriptor, reference);
  await updateIndex(layout, (index) => ({
    ...index,
    manifests: withEntries(index.manifests, [entry]),
  }));
  return await recordOf(layout, { descriptor, ...(reference !== undefined && { reference }) });
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
