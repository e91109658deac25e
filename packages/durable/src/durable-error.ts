export type DurableErrorCode =
  'LOCK_UNAVAILABLE' | 'NO_SPACE' | 'READ_ONLY' | 'PERMISSION_DENIED' | 'PROC_UNREADABLE';

/** What can go wrong when something is to be kept; `path` names the file or directory at fault. */
export class DurableError extends Error {
  override readonly name = 'DurableError';
  readonly code: DurableErrorCode;
  readonly path: string;
  declare readonly hint?: string;

  constructor(
    code: DurableErrorCode,
    message: string,
    fields: { path: string; hint?: string; cause?: unknown },
  ) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = code;
    this.path = fields.path;
    if (fields.hint !== undefined) this.hint = fields.hint;
  }
}
