import { BuildError } from '../build-error.ts';
import type { Step } from '../build-event.ts';
import type { Range } from '../dockerfile/range.ts';
import type { World } from '../world.ts';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)); // prettier-ignore

// As docker says it of what COPY and ADD do not find.
function failedWords({ text }: Step, error: unknown): string {
  const isMissing = error instanceof BuildError && error.code === 'SOURCE_NOT_FOUND';
  const [keyword] = isMissing ? (/^(?:COPY|ADD)(?=\s)/i.exec(text) ?? []) : [];
  return keyword === undefined ? '' : `${keyword.toUpperCase()} failed: `;
}

/** Tells that a step failed, and gives its error the place that it has in the Dockerfile, where it has none yet. */
export function placed(
  { emit, options, signal }: World,
  step: Step,
  { range }: { readonly range: Range },
  error: unknown,
): unknown {
  // Of what was given up nothing is wrong with this step.
  if (signal.aborted && error === signal.reason) return error;
  const said = `${failedWords(step, error)}${messageOf(error)}`;
  emit({ type: 'step-failed', step, message: said });
  if (!(error instanceof BuildError) || error.range !== undefined) return error;
  const { code, hint, exitCode, cause } = error;
  return new BuildError(code, said, {
    range,
    cause,
    lines: options.dockerfile.lines.slice(range.start.line - 1, range.end.line),
    ...(hint !== undefined && { hint }),
    ...(exitCode !== undefined && { exitCode }),
  });
}
