export type SyscallsErrorCode = 'HELPER_MISSING' | 'HELPER_FAILED' | 'HELPER_DIED' | 'PLAN_INVALID';

/** Where in a plan the helper stopped: the operation, the call, and the errno by name (`EPERM`). */
export interface HelperFailure {
  readonly step: number;
  readonly operation: string;
  readonly call: string;
  readonly errno: string;
  readonly path: string;
}

/** The one error of this package; `code` is stable, `failure` says where a plan stopped. */
export class SyscallsError extends Error {
  override readonly name = 'SyscallsError';
  readonly code: SyscallsErrorCode;
  readonly hint?: string;
  readonly failure?: HelperFailure;

  constructor(
    code: SyscallsErrorCode,
    message: string,
    options: { cause?: unknown; hint?: string; failure?: HelperFailure } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.failure !== undefined) this.failure = options.failure;
  }
}
