import { CliError } from './cli-error.ts';

type Word<W extends string> = W extends `[${string}...]`
  ? string[]
  : W extends `[${string}]`
    ? [string?]
    : W extends `${string}...`
      ? [string, ...string[]]
      : W extends '' | '--'
        ? []
        : [string];

/**
 * The operands of a command as a tuple, read from docker's way of writing them:
 * `'IMAGE [COMMAND] [ARG...]'` is `[string, string?, ...string[]]`.
 */
export type Operands<S extends string> = string extends S
  ? string[]
  : S extends `${infer First} ${infer Rest}`
    ? [...Word<First>, ...Operands<Rest>]
    : Word<S>;

/** How many operands a command takes; `most` is Infinity where the last one repeats. */
export function operandCount(operands: string): { least: number; most: number } {
  const words = operands.split(' ').filter((word) => word !== '' && word !== '--');
  const optional = words.filter((word) => word.startsWith('[')).length;
  const endless = words.some((word) => /\.\.\.\]?$/.test(word));
  return { least: words.length - optional, most: endless ? Infinity : words.length };
}

const plural = (count: number): string => (count === 1 ? 'argument' : 'arguments');

function complaint(least: number, most: number): string {
  if (most === 0) return 'accepts no arguments';
  if (most === Infinity) return `requires at least ${least} ${plural(least)}`;
  if (least === most) return `requires ${least} ${plural(least)}`;
  if (least === 0) return `requires at most ${most} ${plural(most)}`;
  return `requires at least ${least} and at most ${most} ${plural(most)}`;
}

/**
 * Throws CliError WRONG_OPERAND_COUNT, in docker's words and with docker's exit code 1, unless the count fits.
 * @param path the command as it was called, `ctr run`
 */
export function checkOperands(path: string, operands: string, given: readonly string[]): void {
  const { least, most } = operandCount(operands);
  if (given.length >= least && given.length <= most) return;
  throw new CliError('WRONG_OPERAND_COUNT', `'${path}' ${complaint(least, most)}`, {
    exitCode: 1,
    usage: true,
    // Docker says "See" in this one case.
    pointer: most === Infinity ? 'See' : 'Run',
  });
}
