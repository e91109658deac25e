import type { Digest } from '@ctrkit/oci';

export type LayoutErrorCode =
  | 'LAYOUT_NOT_FOUND'
  | 'LAYOUT_INVALID'
  | 'INDEX_TOO_LARGE'
  | 'LAYOUT_REFERENCE_INVALID'
  | 'BLOB_NOT_FOUND'
  | 'BLOB_TOO_LARGE'
  | 'DIGEST_MISMATCH'
  | 'SIZE_MISMATCH'
  | 'IMAGE_NOT_FOUND'
  | 'IMAGE_AMBIGUOUS'
  | 'PLATFORM_NOT_FOUND'
  | 'IMAGE_INVALID'
  | 'LAYER_CORRUPT'
  | 'LAYER_TOO_LARGE'
  | 'ARCHIVE_INVALID'
  | 'ARCHIVE_INCOMPLETE';

/** What an image lacks. */
export interface MissingBlobs {
  /** The image's name or, without one, its digest. */
  image: string;
  blobs: Digest[];
}

/** What an error is about, as far as it applies. */
export interface LayoutErrorFields {
  hint?: string;
  path?: string;
  digest?: string;
  expected?: string | number;
  actual?: string | number;
  /** What there is instead: names, or platforms. */
  available?: string[];
  /** The blobs that are missing, by the image that needs them. */
  missing?: MissingBlobs[];
  cause?: unknown;
}

/** What is wrong with a layout, a blob or an archive; `code` says which, the fields say where. */
export class LayoutError extends Error {
  override readonly name = 'LayoutError';
  readonly code: LayoutErrorCode;
  declare readonly hint?: string;
  declare readonly path?: string;
  declare readonly digest?: string;
  declare readonly expected?: string | number;
  declare readonly actual?: string | number;
  declare readonly available?: string[];
  declare readonly missing?: MissingBlobs[];

  constructor(code: LayoutErrorCode, message: string, fields: LayoutErrorFields = {}) {
    const { cause, ...data } = fields;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, data);
  }
}
