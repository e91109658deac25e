import type { ListedEntry } from '@ctrkit/rootfs';

/** What a layer of an image has, or takes away, at one path. */
export interface ListedFile extends ListedEntry {
  /** The number of the layer; 1 is the lowest. */
  readonly layer: number;
}

export interface ListImageFilesOptions {
  /** A number, 1 for the lowest, -1 for the uppermost; or the beginning of a diff id or of a blob's digest. @default all */
  readonly layer?: string | undefined;
  readonly platform?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}
