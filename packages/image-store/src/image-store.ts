import { mkdirSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { explainSystemError } from '@ctrkit/durable';
import { openLayout } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import type { Digest } from '@ctrkit/oci';
import type { GarbageOptions, GarbageResult } from './collect-garbage.ts';
import type { CommitOptions } from './commit.ts';
import type { ExportOptions } from './export.ts';
import { findImage } from './find.ts';
import type { FindOptions, StoredImage } from './find.ts';
import type { HistoryItem } from './history.ts';
import type { ImageLock } from './image-lock.ts';
import type { ImageRecord } from './image-record.ts';
import type { ImportFilesystemOptions } from './import-filesystem.ts';
import type { ImportOptions, ImportSource } from './import.ts';
import type { ImageDetails } from './inspect.ts';
import type { Lease, LeaseScope } from './lease.ts';
import { listImages } from './list.ts';
import type { ListOptions } from './list.ts';
import type { MutateOptions } from './mutate.ts';
import type { PruneOptions } from './prune.ts';
import type { RebaseOptions } from './rebase.ts';
import type { RemoveOptions, RemoveResult } from './remove.ts';
import type { StoreUsage } from './usage.ts';
import type { VerifyOptions, VerifyResult } from './verify/verify-images.ts';

/**
 * The images of a machine. What reads takes no lock; what an image list shows is complete. Each method
 * is the function of that name, where its errors stand.
 */
export interface ImageStore {
  /** The directory is itself an image layout, which other tools read. */
  readonly layout: Layout;
  /** One record for each name, and for each image without one; in the order of index.json. */
  list(options?: ListOptions): Promise<ImageRecord[]>;
  /** Undefined when there is none. */
  find(nameOrId: string, options?: FindOptions): Promise<StoredImage | undefined>;
  inspect(nameOrId: string): Promise<ImageDetails>;
  history(nameOrId: string): Promise<HistoryItem[]>;
  usage(): Promise<StoreUsage>;
  import(source: ImportSource, options?: ImportOptions): Promise<ImageRecord[]>;
  importFilesystem(
    source: AsyncIterable<Uint8Array>,
    options?: ImportFilesystemOptions,
  ): Promise<ImageRecord>;
  commit(
    base: Pick<StoredImage, 'manifest' | 'config'>,
    layer: AsyncIterable<Uint8Array>,
    options?: CommitOptions,
  ): Promise<ImageRecord>;
  /** The same with a layer on top: a tar, plain, gzip or zstd. */
  append(
    nameOrId: string,
    layer: AsyncIterable<Uint8Array>,
    options?: MutateOptions,
  ): Promise<ImageRecord>;
  /** The same layers, run otherwise. */
  mutate(nameOrId: string, options?: MutateOptions): Promise<ImageRecord>;
  /** Its own layers on another base. */
  rebase(nameOrId: string, options: RebaseOptions): Promise<ImageRecord>;
  export(namesOrIds: readonly string[], options?: ExportOptions): Promise<Readable>;
  verify(options?: VerifyOptions): Promise<VerifyResult>;
  /** What names mean now, for a lockfile. */
  lock(names: readonly string[]): Promise<ImageLock>;
  tag(nameOrId: string, name: string): Promise<void>;
  untag(nameOrId: string, names?: readonly string[]): Promise<string[]>;
  remove(nameOrId: string, options?: RemoveOptions): Promise<RemoveResult>;
  /** What `prune` would remove. */
  prunable(options?: PruneOptions): Promise<ImageRecord[]>;
  prune(options?: PruneOptions): Promise<RemoveResult>;
  neededLayers(): Promise<Set<Digest> | undefined>;
  lease(scope: LeaseScope, options?: { signal?: AbortSignal }): Promise<Lease>;
  collectGarbage(options?: GarbageOptions): Promise<GarbageResult>;
}

/**
 * Opens the store in `root`, which is made (0700) when missing. Throws layout's LAYOUT_INVALID, and
 * durable's NO_SPACE, READ_ONLY, PERMISSION_DENIED.
 */
export async function openImageStore({ root }: { root: string }): Promise<ImageStore> {
  makeRoot(root);
  const layout = await openLayout(root, { create: true });
  return {
    layout,
    list: (options) => listImages(layout, options),
    find: (nameOrId, options) => findImage(layout, nameOrId, options),
    // What only some commands do is loaded when it is done: whoever just looks an image up need not wait for it.
    import: async (source, options) =>
      (await import('./import.ts')).importImages(layout, source, options),
    inspect: async (nameOrId) => (await import('./inspect.ts')).inspectImage(layout, nameOrId),
    history: async (nameOrId) => (await import('./history.ts')).imageHistory(layout, nameOrId),
    usage: async () => (await import('./usage.ts')).storeUsage(layout),
    commit: async (base, laid, options) =>
      (await import('./commit.ts')).commitImage(layout, base, laid, options),
    importFilesystem: async (source, options) =>
      (await import('./import-filesystem.ts')).importFilesystem(layout, source, options),
    append: async (nameOrId, layer, options) =>
      (await import('./mutate.ts')).appendLayer(layout, nameOrId, layer, options),
    mutate: async (nameOrId, options) =>
      (await import('./mutate.ts')).mutateImage(layout, nameOrId, options),
    rebase: async (nameOrId, options) =>
      (await import('./rebase.ts')).rebaseImage(layout, nameOrId, options),
    export: async (namesOrIds, options) =>
      (await import('./export.ts')).exportImages(layout, namesOrIds, options),
    verify: async (options) =>
      (await import('./verify/verify-images.ts')).verifyImages(layout, options),
    lock: async (names) => (await import('./lock-images.ts')).lockImages(layout, names),
    tag: async (nameOrId, name) => (await import('./tag.ts')).tagImage(layout, nameOrId, name),
    untag: async (nameOrId, names) =>
      (await import('./untag.ts')).untagImage(layout, nameOrId, names),
    prunable: async (options) => (await import('./prune.ts')).findPrunable(layout, options),
    prune: async (options) => (await import('./prune.ts')).pruneImages(layout, options),
    neededLayers: async () => (await import('./needed-layers.ts')).neededLayers(layout),
    remove: async (nameOrId, options) =>
      (await import('./remove.ts')).removeImage(layout, nameOrId, options),
    lease: async (scope, options) => (await import('./lease.ts')).takeLease(layout, scope, options),
    collectGarbage: async (options) =>
      (await import('./collect-garbage.ts')).collectGarbage(layout, options),
  };
}

function makeRoot(root: string): void {
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explainSystemError(error, root);
  }
}
