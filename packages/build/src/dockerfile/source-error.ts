import { BuildError } from '../build-error.ts';
import type { Range } from './range.ts';
import type { SourceLines } from './source-lines.ts';

type Lines = Pick<SourceLines, 'lines'>;

/** A DOCKERFILE_INVALID that shows where. */
export function sourceError(
  { lines }: Lines,
  range: Range,
  message: string,
  options: { hint?: string | undefined; cause?: unknown } = {},
): BuildError {
  const { hint, cause } = options;
  return new BuildError('DOCKERFILE_INVALID', message, {
    range,
    lines: lines.slice(range.start.line - 1, range.end.line),
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The same of a whole line, counted from 1. */
export function lineError(source: Lines, line: number, message: string): BuildError {
  return sourceError(source, lineRange(source, line), message);
}

export function lineRange({ lines }: Lines, line: number): Range {
  const length = lines[line - 1]?.length ?? 0;
  return { start: { line, column: 1 }, end: { line, column: length + 1 } };
}
