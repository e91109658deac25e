export type RootfsErrorCode =
  | 'LAYER_INVALID'
  | 'DIFF_ID_MISMATCH'
  | 'LAYERS_MISMATCH'
  | 'UNPACK_FAILED'
  | 'NO_SPACE'
  | 'NO_USER_NAMESPACES'
  | 'ID_NOT_MAPPED'
  | 'TARGET_NOT_EMPTY'
  | 'TARGET_INVALID'
  | 'NO_FILE'
  | 'NOT_A_DIRECTORY'
  | 'ARCHIVE_INVALID'
  | 'COPY_REFUSED'
  | 'COPY_FAILED'
  | 'READ_ONLY';

export interface RootfsErrorFields {
  readonly cause?: unknown;
  readonly hint?: string;
  /** The entry of a layer, or the path of the host, that it is about. */
  readonly path?: string;
  readonly layer?: string;
}

/** The one error of this package; `code` is stable. */
export class RootfsError extends Error {
  override readonly name = 'RootfsError';
  readonly code: RootfsErrorCode;
  readonly hint?: string;
  readonly path?: string;
  readonly layer?: string;

  constructor(code: RootfsErrorCode, message: string, fields: RootfsErrorFields = {}) {
    super(message, fields.cause === undefined ? {} : { cause: fields.cause });
    this.code = code;
    if (fields.hint !== undefined) this.hint = fields.hint;
    if (fields.path !== undefined) this.path = fields.path;
    if (fields.layer !== undefined) this.layer = fields.layer;
  }
}

/** What is wrong with an entry of a layer. Names are shown as JSON, so that none can speak to the terminal. */
export function invalidLayer(problem: string, path?: string): RootfsError {
  const where = path === undefined ? '' : ` entry ${JSON.stringify(path.slice(0, 255))}:`;
  return new RootfsError('LAYER_INVALID', `layer:${where} ${problem}`, {
    ...(path !== undefined && { path }),
  });
}
