import { printable } from '@ctrkit/cli-kit';
import type { BuildError, Dockerfile } from '@ctrkit/build';

type Shown = Pick<Dockerfile, 'path' | 'lines'>;
type Range = NonNullable<BuildError['range']>;

const RULE = '--------------------';
/** How many lines are shown beside those that are meant: as BuildKit has it, more where it is one. */
const BESIDE_ONE = 4;
const BESIDE_MORE = 2;
/** Of an instruction that is a page long. */
const MOST_LINES = 40;

/**
 * The lines of a Dockerfile that a range is in, with those around them; under a range of one line what of it is meant:
 *
 *     Dockerfile:2:6
 *     --------------------
 *        1 |     FROM busybox
 *        2 | >>> COPY --chwon=1 a b
 *          |          ^^^^^^^^^
 *     --------------------
 */
export function excerptText({ path, lines }: Shown, { start, end }: Range): string {
  const marked = end.line - start.line + 1;
  const beside = marked === 1 ? BESIDE_ONE : BESIDE_MORE;
  const { first, last } = around(start.line, end.line, lines.length, beside);
  const shown = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const rows = shown.slice(0, MOST_LINES).flatMap((line) => {
    const text = printable(lines[line - 1] ?? '').replaceAll('\t', ' ');
    const isMeant = line >= start.line && line <= end.line;
    const row = ` ${String(line).padStart(3)} | ${isMeant ? '>>>' : '   '} ${text}`.trimEnd();
    return isMeant && marked === 1 ? [row, ...caret(lines[line - 1] ?? '', start, end)] : [row];
  });
  const more = shown.length > MOST_LINES ? [`     |     …`] : [];
  const place = `${printable(path)}:${start.line}${start.column > 1 ? `:${start.column}` : ''}`;
  return [place, RULE, ...rows, ...more, RULE, ''].join('\n');
}

// By turns before and after, as far as there are lines.
function around(
  start: number,
  end: number,
  count: number,
  most: number,
): { first: number; last: number } {
  let [first, last] = [start, Math.min(end, count)];
  for (let shown = 0; shown < most; shown += 1) {
    if (first > 1) {
      first -= 1;
      shown += 1;
    }
    if (last < count) {
      last += 1;
      shown += 1;
    }
  }
  return { first, last };
}

function width(text: string): number {
  return printable(text).length;
}

// Of a line that is meant as a whole the mark before it says enough.
function caret(line: string, start: Range['start'], end: Range['end']): string[] {
  const isWhole = start.column <= line.length - line.trimStart().length + 1;
  if (isWhole && end.column > line.trimEnd().length) return [];
  const before = width(line.slice(0, start.column - 1));
  const marks = Math.max(1, width(line.slice(start.column - 1, end.column - 1)));
  return [`     |     ${' '.repeat(before)}${'^'.repeat(marks)}`];
}

/** The same of what a build failed with; of an error without a range nothing. */
export function errorExcerpt(error: unknown, dockerfile: Shown | undefined): string {
  const { range, lines } = (error ?? {}) as Partial<Pick<BuildError, 'range' | 'lines'>>;
  if (range === undefined) return '';
  if (dockerfile !== undefined) return excerptText(dockerfile, range);
  // Only the lines that it is in are known.
  const known = [...Array<string>(range.start.line - 1).fill(''), ...(lines ?? [])];
  return excerptOfKnown(known, range);
}

function excerptOfKnown(lines: readonly string[], range: Range): string {
  const text = excerptText({ path: 'Dockerfile', lines }, range).split('\n');
  // What is before them would be shown empty.
  return text.filter((row) => !/^ +\d+ \|$/.test(row)).join('\n');
}
