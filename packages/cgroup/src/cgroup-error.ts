export type CgroupErrorCode =
  | 'CGROUP_UNAVAILABLE'
  | 'CGROUP_NO_PERMISSION'
  | 'CGROUP_NOT_FOUND'
  | 'CGROUP_BUSY'
  | 'CGROUP_INVALID_VALUE'
  | 'COMMAND_NOT_FOUND'
  | 'COMMAND_NOT_EXECUTABLE';

interface CgroupErrorOptions {
  readonly cause?: unknown;
  readonly hint?: string;
  /** The directory or the interface file that it is about. */
  readonly path?: string;
  /** The processes that are in the way. */
  readonly pids?: readonly number[];
}

/** The one error of this package; `code` is stable, `hint` is the remedy where there is one. */
export class CgroupError extends Error {
  override readonly name = 'CgroupError';
  readonly code: CgroupErrorCode;
  readonly hint?: string;
  readonly path?: string;
  readonly pids?: readonly number[];

  constructor(code: CgroupErrorCode, message: string, options: CgroupErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.path !== undefined) this.path = options.path;
    if (options.pids !== undefined) this.pids = options.pids;
  }
}
