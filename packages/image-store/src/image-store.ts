import { mkdirSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { explainSystemError } from '@ctrkit/durable';
import { openLayout } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import type { GarbageOptions, GarbageResult } from './collect-garbage.ts';
import type { ExportOptions } from './export.ts';
import { findImage } from './find.ts';
import type { FindOptions, StoredImage } from './find.ts';
import type { ImageLock } from './image-lock.ts';
import type { ImageRecord } from './image-record.ts';
import type { ImportFilesystemOptions } from './import-filesystem.ts';
import type { ImportOptions, ImportSource } from './import.ts';
import type { Lease, LeaseScope } from './lease.ts';
import { listImages } from './list.ts';
import type { RemoveOptions, RemoveResult } from './remove.ts';
import type { VerifyOptions, VerifyResult } from './verify/verify-images.ts';

/**
 * The images of a machine. What reads takes no lock; what an image list shows is complete. Each method
 * is the function of that name, where its errors stand.
 */
export interface ImageStore {
  /** The directory is itself an image layout, which other tools read. */
  readonly layout: Layout;
  list(): Promise<ImageRecord[]>;
  /** Undefined when there is none. */
  find(nameOrId: string, options?: FindOptions): Promise<StoredImage | undefined>;
  import(source: ImportSource, options?: ImportOptions): Promise<ImageRecord[]>;
  importFilesystem(
    source: AsyncIterable<Uint8Array>,
    options?: ImportFilesystemOptions,
  ): Promise<ImageRecord>;
  export(namesOrIds: readonly string[], options?: ExportOptions): Promise<Readable>;
  verify(options?: VerifyOptions): Promise<VerifyResult>;
  /** What names mean now, for a lockfile. */
  lock(names: readonly string[]): Promise<ImageLock>;
  tag(nameOrId: string, name: string): Promise<void>;
  remove(nameOrId: string, options?: RemoveOptions): Promise<RemoveResult>;
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
    list: () => listImages(layout),
    find: (nameOrId, options) => findImage(layout, nameOrId, options),
    // What only some commands do is loaded when it is done: whoever just looks an image up need not wait for it.
    import: async (source, options) =>
      (await import('./import.ts')).importImages(layout, source, options),
    importFilesystem: async (source, options) =>
      (await import('./import-filesystem.ts')).importFilesystem(layout, source, options),
    export: async (namesOrIds, options) =>
      (await import('./export.ts')).exportImages(layout, namesOrIds, options),
    verify: async (options) =>
      (await import('./verify/verify-images.ts')).verifyImages(layout, options),
    lock: async (names) => (await import('./lock-images.ts')).lockImages(layout, names),
    tag: async (nameOrId, name) => (await import('./tag.ts')).tagImage(layout, nameOrId, name),
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
