import type { Position } from './range.ts';
import type { SourceLines } from './source-lines.ts';
import { trimLeft } from './white-space.ts';

/** The lines of one instruction as one: continued lines joined, comments and empty lines between them left out. */
export interface JoinedLine {
  readonly text: string;
  /** From 1; the last is the last that belongs to it, comments included. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** Whether an empty line stands between continued ones, and which is the last of them. */
  readonly emptyLine: number | undefined;
  positionAt(offset: number): Position;
}

interface Piece {
  /** Where it begins in the joined text. */
  readonly at: number;
  readonly line: number;
  readonly column: number;
}

const continuations = {
  // A line of nothing else is one too; two of them at its end are none.
  '\\': /(?<=^|[^\\])\\[ \t]*$/,
  '`': /(?<=^|[^`])`[ \t]*$/,
} as const;

/** Joins what begins at a line, which is neither empty nor a comment; counted from 0. */
export function joinLine(source: SourceLines, start: number, escape: '\\' | '`'): JoinedLine {
  const pieces: Piece[] = [];
  const texts: string[] = [];
  let length = 0;
  let emptyLine: number | undefined;
  let at = start;
  for (; at < source.lines.length; at += 1) {
    const line = source.lines[at] ?? '';
    const content = trimLeft(line);
    if (at > start && content.startsWith('#')) continue;
    if (at > start && content === '') {
      emptyLine = at + 1;
      continue;
    }
    const text = at === start ? content : line;
    const end = text.search(continuations[escape]);
    const kept = end < 0 ? text : text.slice(0, end);
    pieces.push({ at: length, line: at + 1, column: line.length - text.length + 1 });
    texts.push(kept);
    length += kept.length;
    if (end < 0) break;
  }
  return {
    text: texts.join(''),
    firstLine: start + 1,
    lastLine: Math.min(at + 1, source.lines.length),
    emptyLine,
    positionAt: (offset) => positionIn(pieces, offset),
  };
}

function positionIn(pieces: readonly Piece[], offset: number): Position {
  let [from, to] = [0, pieces.length - 1];
  while (from < to) {
    const middle = Math.ceil((from + to) / 2);
    if ((pieces[middle]?.at ?? 0) <= offset) from = middle;
    else to = middle - 1;
  }
  const { at, line, column } = pieces[from] ?? { at: 0, line: 1, column: 1 };
  return { line, column: column + offset - at };
}
