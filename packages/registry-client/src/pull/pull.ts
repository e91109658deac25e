import { createLocker } from '@ctrkit/durable';
import type { Layout } from '@ctrkit/layout';
import { hostPlatform } from '@ctrkit/oci';
import type {
  Descriptor,
  Digest,
  ImageConfig,
  ImageManifest,
  Platform,
  Reference,
} from '@ctrkit/oci';
import type { FetchedManifest } from '../fetch-manifest.ts';
import { createRegistryClient } from '../registry-client.ts';
import type { RegistryClient } from '../registry-client.ts';
import { blobsOf, checkConfig } from './check-image.ts';
import { downloadBlob } from './download-blob.ts';
import type { BlobReader } from './blob-reader.ts';
import type { PullEvent, PullLayerEvent } from './events.ts';
import { forEachParallel } from './for-each.ts';
import type { Remainder } from './for-each.ts';
import { createGate } from './gate.ts';
import { recordName, storeDocuments } from './record-image.ts';
import type { RecordOptions } from './record-image.ts';
import { dropDamaged } from './stored-blob.ts';
import { selectImage } from './select-image.ts';
import type { SelectedImage } from './select-image.ts';

/** How an image is pulled. */
export interface PullOptions extends RecordOptions {
  /** Whose image is taken from an index; when given, the image must be for it. @default this machine's */
  platform?: Platform;
  /** @default one that asks as nobody */
  client?: RegistryClient;
  /** What `client.resolve` answered for the reference, if that is known already. */
  resolved?: FetchedManifest;
  /** Blobs at a time. @default 3 */
  concurrency?: number;
  signal?: AbortSignal;
  onEvent?: (event: PullEvent) => void;
  /**
   * Called, and waited for, when it is known what the image consists of and before any of it is looked for
   * or fetched: the moment to protect these digests from garbage collection.
   */
  onResolved?: (digests: Digest[]) => Promise<void>;
  /**
   * Called as soon as it is known what the image's layers are, before they are here: to prepare for them. Not called
   * for artifacts that are no images.
   */
  onImage?: (image: { manifest: ImageManifest; config: ImageConfig }) => void;
  /**
   * Reads a layer's compressed bytes, from its first, while it is downloaded. What it made of them counts only once
   * it returned and the pull went on: a stream whose digest turns out wrong fails at its end, and if only
   * the beginning that an earlier pull had left was wrong, the layer is read a second time from its start. A slow
   * reader slows its layer. It is not called for layers that are there or that another process downloads. If it
   * throws, so does the pull.
   */
  onLayer?: BlobReader;
}

/** What a pull did. */
export interface PullResult {
  /** The manifest of the platform's image. */
  descriptor: Descriptor;
  /** What the reference names: that manifest, or the index that it is from. */
  target: Descriptor;
  /** Whether the name points to something else than before. */
  changed: boolean;
  /** Bytes of blobs that came from the registry. */
  downloadedBytes: number;
}

// Claims are taken ahead of the downloads: each costs a moment, in which the network would be idle.
const AHEAD = 16;

// Node has four threads for what waits for a disk: they must not all wait for it to sync while there is something to
// write or to inflate.
const SYNCS = 2;

/**
 * Pulls an image into a layout: what is there is not fetched, what is fetched is verified, and the name is
 * recorded last, so that it never points at half an image. What an interrupted pull has downloaded
 * stays in `ingest/` of the layout and is continued by the next one. Several pulls, in one process or many, may
 * work on one layout: each blob is downloaded once.
 *
 * Throws RegistryError (see its codes), oci's MANIFEST_INVALID, SCHEMA1_UNSUPPORTED, UNSUPPORTED_MEDIA_TYPE and
 * CONFIG_INVALID, durable's NO_SPACE, READ_ONLY, PERMISSION_DENIED, or the signal's reason.
 */
export async function pull(
  reference: Reference,
  layout: Layout,
  options: PullOptions = {},
): Promise<PullResult> {
  const { signal, platform, resolved, onEvent, onResolved } = options;
  const onFallback = (text: string): void => onEvent?.({ type: 'message', text });
  const client = options.client ?? createRegistryClient();
  try {
    const until = signal ?? new AbortController().signal;
    const sources = { client, reference, layout, signal: until, onFallback };
    const first = resolved ?? (await client.resolve(reference, sources));
    const image = await selectImage(sources, first, platform ?? hostPlatform());
    const told = image.documents.findLast(({ rateLimit }) => rateLimit !== undefined)?.rateLimit;
    if (told !== undefined) onEvent?.({ type: 'rate-limit', ...told });
    const blobs = blobsOf(image.manifest);
    const documents = image.documents.map(({ descriptor }) => descriptor);
    await onResolved?.([...documents, ...blobs].map(({ digest }) => digest));
    await dropDamaged(layout, image.manifest.config);
    const downloadedBytes = await bringAll(client, reference, layout, image, blobs, options);
    const changed = await recordName(layout, image, reference, options);
    const { descriptor, target } = image;
    return { descriptor, target, changed, downloadedBytes };
  } finally {
    if (options.client === undefined) client.close();
  }
}

// The documents are small; they are written while the first blobs are on their way.
async function bringAll(
  client: RegistryClient,
  reference: Reference,
  layout: Layout,
  image: SelectedImage,
  blobs: readonly Descriptor[],
  { concurrency = 3, onEvent, onImage, onLayer, platform, signal }: PullOptions,
): Promise<number> {
  let bytes = 0;
  const gate = createGate(concurrency);
  const syncing = createGate(SYNCS);
  const locker = createLocker();
  const message = (text: string): void => onEvent?.({ type: 'message', text });
  const bring = async (blob: Descriptor, signal: AbortSignal): Promise<Remainder> => {
    const isLayer = blob.digest !== image.manifest.config.digest;
    const report = (status: PullLayerEvent['status'], current: number): void => {
      if (isLayer) onEvent?.({ type: 'layer', id: blob.digest, status, current, total: blob.size });
    };
    const reader = isLayer ? onLayer : undefined;
    const sources = { client, reference, layout, blob, reader };
    const job = { ...sources, gate, locker, syncing, signal, report, message };
    const download = await downloadBlob(job);
    bytes += download.fetched;
    if (!isLayer) {
      await download.kept;
      const config = await checkConfig(layout, image.manifest, platform);
      if (config !== undefined) onImage?.({ manifest: image.manifest, config });
    }
    return download;
  };
  const work = [
    () => Promise.resolve({ kept: storeDocuments(layout, image) }),
    ...blobs.map((blob) => async (signal: AbortSignal) => await bring(blob, signal)),
  ];
  await forEachParallel(work, Math.max(concurrency, AHEAD), signal, (task, signal) => task(signal));
  return bytes;
}
