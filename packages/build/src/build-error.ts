import type { Range } from './dockerfile/range.ts';

export type BuildErrorCode =
  | 'DOCKERFILE_INVALID'
  | 'DOCKERFILE_NOT_FOUND'
  | 'CONTEXT_INVALID'
  | 'SOURCE_NOT_FOUND'
  | 'BASE_CHANGED'
  | 'DESTINATION_INVALID'
  | 'STAGE_NOT_FOUND'
  | 'ARGUMENT_INVALID'
  | 'CHECKSUM_MISMATCH'
  | 'SECRET_NOT_FOUND'
  | 'STEP_FAILED'
  | 'CACHE_INVALID'
  | 'CACHE_UNREACHABLE';

export interface BuildErrorFields {
  readonly cause?: unknown;
  readonly hint?: string;
  /** The exit code of the command that failed. */
  readonly exitCode?: number;
  /** Where in the Dockerfile. */
  readonly range?: Range;
  /** The lines that the range is in, without line ends. */
  readonly lines?: readonly string[];
}

/** The one error of this package; `code` is stable. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
  readonly code: BuildErrorCode;
  readonly hint?: string;
  readonly exitCode?: number;
  readonly range?: Range;
  readonly lines?: readonly string[];

  constructor(code: BuildErrorCode, message: string, fields: BuildErrorFields = {}) {
    const { cause, ...rest } = fields;
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    Object.assign(this, rest);
  }
}
