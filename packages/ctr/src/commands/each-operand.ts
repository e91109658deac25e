import { formatError } from '@ctrkit/cli-kit';
import type { Context } from '@ctrkit/cli-kit';

export interface EachSettings<T> {
  /** All at once; else one after the other. @default false */
  readonly together?: boolean;
  /** What is printed of one that went well. @default the operand itself */
  readonly print?: (operand: string, result: T) => string;
}

/**
 * Does something for each operand, whatever becomes of the others: prints those that went well in the order given, and
 * the errors of the rest. Returns the operands that failed.
 */
export async function eachOperand<T>(
  operands: readonly string[],
  { stdout, stderr }: Pick<Context, 'stdout' | 'stderr'>,
  action: (operand: string) => Promise<T>,
  { together = false, print = (operand): string => operand }: EachSettings<T> = {},
): Promise<string[]> {
  const failed: string[] = [];
  const begun = together ? operands.map((operand) => action(operand)) : [];
  for (const each of begun) each.catch(() => {});
  for (const [index, operand] of operands.entries()) {
    try {
      const result = await (begun[index] ?? action(operand));
      stdout.write(`${print(operand, result)}\n`);
    } catch (error) {
      failed.push(operand);
      stderr.write(`${formatError(error, { name: 'ctr' }).join('\n')}\n`);
    }
  }
  return failed;
}
