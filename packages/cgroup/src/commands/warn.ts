import type { Context } from '@ctrkit/cli-kit';

/** Tells what was asked for and this kernel cannot do. */
export function warnOf(ignored: readonly string[], { stderr }: Context): void {
  for (const line of ignored) stderr.write(`WARNING: ${line}\n`);
}
