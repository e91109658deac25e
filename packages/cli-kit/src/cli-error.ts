export type CliErrorCode =
  | 'UNKNOWN_FLAG'
  | 'FLAG_SYNTAX'
  | 'FLAG_NEEDS_VALUE'
  | 'FLAG_VALUE_INVALID'
  | 'FLAG_MISSING'
  | 'FLAGS_CONFLICT'
  | 'WRONG_OPERAND_COUNT'
  | 'UNKNOWN_COMMAND'
  | 'USAGE'
  | 'SIZE_INVALID'
  | 'OUTPUT_CLOSED'
  | 'TEMPLATE_INVALID'
  | 'TEMPLATE_FAILED'
  | 'TEMPLATE_LIMIT'
  | 'FILTER_INVALID';

interface CliErrorOptions {
  readonly cause?: unknown;
  readonly hint?: string;
  readonly exitCode?: number;
  readonly usage?: boolean;
  readonly bare?: boolean;
  readonly pointer?: 'Run' | 'See' | 'none';
}

/**
 * What the person at the command line did that cannot be. A command throws `new CliError('USAGE', 'what is wrong')`
 * for what the types of its flags cannot say.
 */
export class CliError extends Error {
  readonly code: CliErrorCode;
  readonly hint?: string;
  /** The code to exit with. @default 125, docker's for every mistake in flags */
  readonly exitCode: number;
  /** Whether the usage line is shown. */
  readonly usage: boolean;
  /** Whether the name of the program is left out in front, as docker does for flags. */
  readonly bare: boolean;
  /** How the line begins that says where to read on. */
  readonly pointer: 'Run' | 'See' | 'none';

  constructor(code: CliErrorCode, message: string, options: CliErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'CliError';
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
    this.exitCode = options.exitCode ?? 125;
    this.usage = options.usage ?? false;
    this.bare = options.bare ?? false;
    this.pointer = options.pointer ?? 'Run';
  }
}

/** A mistake in a flag: docker shows the bare message, the usage line and where to read on. */
export function flagError(code: CliErrorCode, message: string, cause?: unknown): CliError {
  return new CliError(code, message, { bare: true, usage: true, cause });
}
