export type ImageStoreErrorCode =
  | 'IMAGE_NOT_FOUND'
  | 'AMBIGUOUS_ID'
  | 'IMAGE_DAMAGED'
  | 'IMAGE_HAS_SEVERAL_NAMES'
  | 'IMAGE_IN_USE'
  | 'IMAGE_INCOMPLETE'
  | 'NAME_INVALID'
  | 'FILTER_INVALID'
  | 'NAME_AMBIGUOUS'
  | 'NOTHING_IMPORTED'
  | 'NOT_BASE'
  | 'PLATFORM_DIFFERS'
  | 'CHANGE_INVALID'
  | 'LOCK_INVALID'
  | 'NOT_LOCKED'
  | 'LEASE_INVALID'
  | 'ADDRESS_NOT_LOOPBACK'
  | 'ADDRESS_UNAVAILABLE';

/** What an error is about, as far as it applies. */
export interface ImageStoreErrorFields {
  hint?: string;
  /** The image as the caller called it. */
  image?: string;
  digest?: string;
  /** The container that uses the image. */
  container?: string;
  path?: string;
  /** What fits as well: names or ids. */
  available?: string[];
  cause?: unknown;
}

/** What can go wrong with the images of a machine; `code` says what, the fields say with which. */
export class ImageStoreError extends Error {
  override readonly name = 'ImageStoreError';
  readonly code: ImageStoreErrorCode;
  readonly hint?: string;
  readonly image?: string;
  readonly digest?: string;
  readonly container?: string;
  readonly path?: string;
  readonly available?: string[];

  constructor(code: ImageStoreErrorCode, message: string, fields: ImageStoreErrorFields = {}) {
    const { cause, ...data } = fields;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, data);
  }
}
