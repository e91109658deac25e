export type NsExecErrorCode =
  | 'BUNDLE_INVALID'
  | 'SPEC_UNSUPPORTED'
  | 'COMMAND_NOT_FOUND'
  | 'COMMAND_NOT_EXECUTABLE'
  | 'NO_USER_NAMESPACES'
  | 'ROOT_NOT_FOUND'
  | 'CONTAINER_GONE'
  | 'START_FAILED';

/** The one error of this package; `code` is stable. */
export class NsExecError extends Error {
  override readonly name = 'NsExecError';
  readonly code: NsExecErrorCode;
  readonly hint?: string;

  constructor(
    code: NsExecErrorCode,
    message: string,
    options: { cause?: unknown; hint?: string } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
