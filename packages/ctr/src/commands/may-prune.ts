import type { Context, Output } from '@ctrkit/cli-kit';
import { confirm } from './confirm.ts';

/** What is about to be removed, and how that is said. */
export interface Pruning {
  /** What goes, in docker's words, with a line end. */
  readonly warning: string;
  /** Lists what goes. */
  readonly print: (output: Output) => void;
}

/**
 * Whether to go on with a removal: `--dry-run` only lists it, on stdout; without `--force` it is told, listed and asked about on stderr.
 */
export async function mayPrune(
  { warning, print }: Pruning,
  options: { readonly 'dry-run': boolean; readonly force: boolean },
  context: Context,
): Promise<boolean> {
  if (options['dry-run']) {
    print(context.stdout);
    return false;
  }
  if (options.force) return true;
  context.stderr.write(warning);
  print(context.stderr);
  return await confirm(context);
}
