import { createHash } from 'node:crypto';
import { gzip, updateIndex, writeBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { mediaTypes, parseDigest } from '@ctrkit/oci';
import type { Descriptor, Digest, HistoryEntry, ImageConfig, ImageRunConfig } from '@ctrkit/oci';
import { sweepTemporaries } from '@ctrkit/durable';
import { ociLayers, requireBase, wholeHistory } from './base-image.ts';
import { applyChanges } from './changes/apply-changes.ts';
import { named, withEntries } from './entries.ts';
import type { StoredImage } from './find.ts';
import { recordOf } from './image-record.ts';
import type { ImageRecord } from './image-record.ts';
import { takeLease } from './lease.ts';
import { parseName } from './tag.ts';
import { writeImage } from './write-image.ts';

export interface CommitOptions {
  /** How the image runs, before `changes`. @default as the image below */
  config?: ImageRunConfig;
  /** @default none */
  name?: string;
  /** Instructions of a Dockerfile that say how it runs; see `applyChanges`. */
  changes?: readonly string[];
  /** Stand in its history. @default nothing */
  author?: string;
  message?: string;
  createdBy?: string;
  /** @default now */
  created?: Date;
  signal?: AbortSignal;
}

/** A layer as it was written; without a descriptor it is an archive of nothing, which is no layer. */
interface Written {
  readonly diffId: Digest;
  readonly descriptor: Descriptor | undefined;
}

/** The image below. */
type Base = Pick<StoredImage, 'manifest' | 'config'>;

/** An archive without entries: its two zero blocks. */
const EMPTY = 1024;

/**
 * Makes an image of another one and a layer on top of it, an uncompressed tar; one without entries adds none. The name comes last;
 * after an error no image shows. Throws NAME_INVALID, CHANGE_INVALID before anything is read, and IMAGE_INCOMPLETE where the
 * image below was removed since it was found; what the layer throws, the signal's reason, and what `writeBlob` throws.
 */
export async function commitImage(
  layout: Layout,
  base: Base,
  layer: AsyncIterable<Uint8Array>,
  options: CommitOptions = {},
): Promise<ImageRecord> {
  return await commitWritten(layout, base, options, (signalled) =>
    writeLayer(layout, layer, signalled),
  );
}

/** The same of a layer that is written meanwhile; undefined: of none. */
export async function commitWritten(
  layout: Layout,
  base: Base,
  options: CommitOptions,
  write: (signalled: { signal?: AbortSignal }) => Promise<Written | undefined>,
): Promise<ImageRecord> {
  const { signal, name, changes = [], config = base.config.config } = options;
  const reference = name === undefined ? undefined : parseName(name);
  const changed = applyChanges(config, changes);
  const signalled = signal === undefined ? {} : { signal };
  await using _ = await takeLease(layout, 'everything', signalled);
  await requireBase(layout, base.manifest);
  await sweepTemporaries(layout.directory);
  const written = await write(signalled);
  const descriptor = await writeImage(layout, imageConfig(base.config, changed, written, options), [
    ...ociLayers(base.manifest),
    ...(written?.descriptor === undefined ? [] : [written.descriptor]),
  ]);
  signal?.throwIfAborted();
  await updateIndex(layout, (index) => ({
    ...index,
    manifests: withEntries(index.manifests, [named(descriptor, reference)]),
  }));
  return await recordOf(layout, { descriptor, ...(reference !== undefined && { reference }) });
}

async function writeLayer(
  layout: Layout,
  layer: AsyncIterable<Uint8Array>,
  signalled: { signal?: AbortSignal },
): Promise<Written> {
  const hash = createHash('sha256');
  let size = 0;
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of layer) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  const blob = await writeBlob(layout, undefined, gzip(hashed()), signalled);
  const diffId = parseDigest(`sha256:${hash.digest('hex')}`);
  // The blob that stays is nobody's, and collected.
  const descriptor = size > EMPTY ? { mediaType: mediaTypes.layerGzip, ...blob } : undefined;
  return { diffId, descriptor };
}

function imageConfig(
  base: ImageConfig,
  config: ImageRunConfig,
  written: Written | undefined,
  options: CommitOptions,
): ImageConfig {
  const created = (options.created ?? new Date()).toISOString();
  const { author, message, createdBy } = options;
  const step: HistoryEntry = {
    created,
    ...(createdBy !== undefined && { created_by: createdBy }),
    ...(author !== undefined && { author }),
    ...(message !== undefined && { comment: message }),
    ...(written?.descriptor === undefined && { empty_layer: true }),
  };
  const own = written?.descriptor === undefined ? [] : [written.diffId];
  const { author: _, ...rest } = base;
  return {
    ...rest,
    created,
    ...(author !== undefined && { author }),
    config,
    rootfs: { type: 'layers', diff_ids: [...base.rootfs.diff_ids, ...own] },
    history: [...wholeHistory(base), step],
  };
}
