import { BuildError } from '../build-error.ts';
import type { Step } from '../build-event.ts';
import type { Range } from '../dockerfile/range.ts';
import type { World } from '../world.ts';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)); // prettier-ignore

/** Tells that a step failed, and gives its error the place that it has in the Dockerfile, where it has none yet. */
export function placed(
  { emit, options, signal }: World,
  step: Step,
  { range }: { readonly range: Range },
  error: unknown,
): unknown {
  // Of what was given up nothing is wrong with this step.
  if (signal.aborted && error === signal.reason) return error;
  emit({ type: 'step-failed', step, message: messageOf(error) });
  if (!(error instanceof BuildError) || error.range !== undefined) return error;
  const { code, message, hint, exitCode, cause } = error;
  return new BuildError(code, message, {
    range,
    cause,
    lines: options.dockerfile.lines.slice(range.start.line - 1, range.end.line),
    ...(hint !== undefined && { hint }),
    ...(exitCode !== undefined && { exitCode }),
  });
}
