export type EngineErrorCode =
  | 'CONTAINER_NOT_FOUND'
  | 'CONTAINER_AMBIGUOUS'
  | 'CONTAINER_RUNNING'
  | 'CONTAINER_NOT_RUNNING'
  | 'CONTAINER_BUSY'
  | 'CONTAINER_DAMAGED'
  | 'CONTAINER_NOT_FORKABLE'
  | 'NAME_IN_USE'
  | 'NAME_INVALID'
  | 'IMAGE_NOT_FOUND'
  | 'LAYER_NOT_FOUND'
  | 'LIMIT_INVALID'
  | 'SIGNAL_INVALID'
  | 'WORKDIR_INVALID'
  | 'USER_NOT_MAPPED'
  | 'USERNS_REFUSED'
  | 'IDS_EXHAUSTED'
  | 'LOG_INVALID'
  | 'MOUNT_INVALID'
  | 'MOUNT_SOURCE_NOT_FOUND'
  | 'VOLUME_NOT_FOUND'
  | 'VOLUME_IN_USE'
  | 'VOLUME_INVALID'
  | 'VOLUME_DAMAGED'
  | 'PATH_NOT_FOUND'
  | 'COPY_REFUSED'
  | 'READ_ONLY';

/** The one error of this package; `code` is stable. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;
  readonly hint?: string;

  constructor(
    code: EngineErrorCode,
    message: string,
    options: { cause?: unknown; hint?: string } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
