/** What went wrong, for programs. Stable: a code keeps its meaning. */
export type OciErrorCode =
  | 'DIGEST_INVALID'
  | 'DESCRIPTOR_INVALID'
  | 'MANIFEST_INVALID'
  | 'SCHEMA1_UNSUPPORTED'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'CONFIG_INVALID'
  | 'PLATFORM_INVALID'
  | 'REFERENCE_INVALID'
  | 'JSON_INVALID'
  | 'TOO_LARGE'
  | 'TOO_DEEP'
  | 'USER_INVALID'
  | 'USER_NOT_FOUND'
  | 'GROUP_NOT_FOUND'
  | 'ENV_INVALID'
  | 'CWD_INVALID'
  | 'PATTERN_INVALID'
  | 'NO_COMMAND'
  | 'SUBSTITUTION_INVALID';

/** The one error of this package: `code` for programs, `message` and `hint` for people. */
export class OciError extends Error {
  override readonly name = 'OciError';
  readonly code: OciErrorCode;
  readonly hint?: string;

  constructor(
    code: OciErrorCode,
    message: string,
    options: { cause?: unknown; hint?: string } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
