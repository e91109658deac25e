import type { BuildError } from '../build-error.ts';
import type { Heredoc } from './instruction.ts';
import type { JoinedLine } from './joined-line.ts';
import type { Range } from './range.ts';
import type { SourceLines } from './source-lines.ts';
import { sourceError } from './source-error.ts';

/** A flag, `--name` or `--name=value`, its quotes and escapes taken away, and where it stands in the statement's text. */
export interface Flag {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What an instruction is in its text: its keyword, its flags, and what follows. */
export interface Split {
  /** As written. */
  readonly keyword: string;
  readonly flags: readonly Flag[];
  readonly rest: string;
}

/** An instruction as its line has it: what it means is not known yet. */
export interface Statement extends Split {
  /** On one line, without the white space around it. */
  readonly text: string;
  readonly range: Range;
  readonly args: readonly string[];
  /** Whether the arguments are a JSON list. */
  readonly isJson: boolean;
  readonly heredocs: readonly Heredoc[];
  /** The comments right above it. */
  readonly comments: readonly string[];
  /** The error that the instruction is in, of all of it or of a part of its text. */
  error(message: string, options?: ErrorOptions): BuildError;
}

export interface ErrorOptions {
  readonly at?: { readonly start: number; readonly end: number } | undefined;
  readonly hint?: string | undefined;
}

/** Where things of a joined line stand. `lead` is the white space that `text` begins behind. */
export function statementErrors(
  source: SourceLines,
  joined: JoinedLine,
): Pick<Statement, 'text' | 'range' | 'error'> {
  const text = joined.text.trim();
  const lead = joined.text.length - joined.text.trimStart().length;
  const rangeOf = (start: number, end: number): Range => {
    // The end behind a last character, which may stand on another line than what follows it.
    const last = joined.positionAt(lead + Math.max(start, end - 1));
    const beyond = { line: last.line, column: last.column + (end > start ? 1 : 0) };
    return { start: joined.positionAt(lead + start), end: beyond };
  };
  const range = rangeOf(0, text.length);
  return {
    text,
    range,
    error: (message, { at, hint } = {}) =>
      sourceError(source, at === undefined ? range : rangeOf(at.start, at.end), message, { hint }),
  };
}
