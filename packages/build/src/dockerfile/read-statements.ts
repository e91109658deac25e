import * as shapes from './argument-shapes.ts';
import type { Arguments, Shape } from './argument-shapes.ts';
import type { Directives } from './directives.ts';
import { heredocMarks, MOST_HEREDOCS } from './heredocs.ts';
import type { HeredocMark } from './heredocs.ts';
import type { Heredoc } from './instruction.ts';
import { joinLine } from './joined-line.ts';
import type { JoinedLine } from './joined-line.ts';
import { lineError } from './source-error.ts';
import type { SourceLines } from './source-lines.ts';
import { splitStatement } from './split-statement.ts';
import { statementErrors } from './statement.ts';
import type { Statement } from './statement.ts';
import { trim } from './white-space.ts';

/** Far above any Dockerfile that a person wrote. */
const MOST_STATEMENTS = 10_000;

const shapeOf: ReadonlyMap<string, Shape> = new Map([
  ['ADD', shapes.paths],
  ['ARG', shapes.words],
  ['CMD', shapes.command],
  ['COPY', shapes.paths],
  ['ENTRYPOINT', shapes.command],
  ['ENV', shapes.pairs('ENV')],
  ['EXPOSE', shapes.fields],
  ['FROM', shapes.fields],
  ['HEALTHCHECK', shapes.healthcheck],
  ['LABEL', shapes.pairs('LABEL')],
  ['MAINTAINER', shapes.oneString],
  ['ONBUILD', checkTrigger],
  ['RUN', shapes.command],
  ['SHELL', shapes.command],
  ['STOPSIGNAL', shapes.oneString],
  ['USER', shapes.oneString],
  ['VOLUME', shapes.paths],
  ['WORKDIR', shapes.oneString],
]);

const takesHeredocs: ReadonlySet<string> = new Set(['ADD', 'COPY', 'RUN']);

export interface Statements {
  readonly statements: readonly Statement[];
  /** The last of the empty lines between an instruction's continued ones, of each that has any. */
  readonly emptyLines: readonly number[];
}

/** The instructions of a Dockerfile, none of them understood yet. Throws BuildError DOCKERFILE_INVALID. */
export function readStatements(
  source: SourceLines,
  { escape }: Pick<Directives, 'escape'>,
  start = 0,
): Statements {
  const statements: Statement[] = [];
  const emptyLines: number[] = [];
  let comments: string[] = [];
  for (let at = start; at < source.lines.length;) {
    const line = trim(source.lines[at] ?? '');
    if (line === '' || line.startsWith('#')) {
      if (line !== '') comments = addComment(comments, line);
      at += 1;
      continue;
    }
    const joined = joinLine(source, at, escape);
    const { statement, lastLine } = readStatement(source, joined, escape, comments);
    statements.push(statement);
    if (statements.length > MOST_STATEMENTS) {
      throw statement.error(`more than ${MOST_STATEMENTS} instructions`);
    }
    if (joined.emptyLine !== undefined) emptyLines.push(joined.emptyLine);
    comments = [];
    at = lastLine;
  }
  return { statements, emptyLines };
}

// A comment of nothing parts what is above it from the instruction.
function addComment(comments: readonly string[], line: string): string[] {
  const comment = trim(line.slice(1));
  return comment === '' ? [] : [...comments.slice(-99), comment];
}

function readStatement(
  source: SourceLines,
  joined: JoinedLine,
  escape: string,
  comments: readonly string[],
): { statement: Statement; lastLine: number } {
  const { text, range, error } = statementErrors(source, joined);
  checkEncoding(source, joined);
  const split = splitStatement(text, escape);
  const shaped = inPlace(error, () => shape(split.keyword, split.rest, escape));
  const marks = inPlace(error, () => (mayHaveHeredocs(text, escape) ? heredocMarks(text) : []));
  if (marks.length > MOST_HEREDOCS) throw error(`more than ${MOST_HEREDOCS} heredocs`);
  const { heredocs, lastLine } = readHeredocs(source, marks, joined.lastLine);
  if (heredocs.length < marks.length) throw error('unterminated heredoc');
  return { statement: { ...split, ...shaped, text, range, error, heredocs, comments }, lastLine };
}

function checkEncoding(source: SourceLines, { firstLine, lastLine }: JoinedLine): void {
  for (let line = firstLine; line <= lastLine && source.foreign.size > 0; line += 1) {
    if (source.foreign.has(line)) throw lineError(source, line, `line ${line} is not UTF-8`);
  }
}

function inPlace<T>(error: Statement['error'], work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw error((cause as Error).message);
  }
}

function shape(keyword: string, rest: string, escape: string): Arguments {
  const shape = shapeOf.get(keyword.toUpperCase());
  return shape === undefined ? { args: [], isJson: false } : shape(rest, escape);
}

// Of its trigger only the shape is looked at: what it means is found out where it is used.
function checkTrigger(rest: string, escape: string): Arguments {
  if (rest === '') return { args: [], isJson: false };
  const { keyword, rest: behind } = splitStatement(rest, escape);
  if (keyword.toUpperCase() === 'ONBUILD') return { args: [keyword], isJson: false };
  const { args } = shape(keyword, behind, escape);
  return { args: [keyword, ...args], isJson: false };
}

function mayHaveHeredocs(text: string, escape: string): boolean {
  if (!text.includes('<<')) return false;
  const outer = splitStatement(text, escape);
  const isTrigger = outer.keyword.toUpperCase() === 'ONBUILD';
  const { keyword, rest } = isTrigger ? splitStatement(outer.rest, escape) : outer;
  if (!takesHeredocs.has(keyword.toUpperCase())) return false;
  return !shape(keyword, rest, escape).isJson;
}

function readHeredocs(
  source: SourceLines,
  marks: readonly HeredocMark[],
  from: number,
): { heredocs: Heredoc[]; lastLine: number } {
  const heredocs: Heredoc[] = [];
  let at = from;
  for (const { name, expands, stripsTabs } of marks) {
    const strip = (line: string): string => (stripsTabs ? line.replace(/^\t+/, '') : line);
    const end = lineOf(source, at, (line) => strip(line) === name);
    if (end === undefined) break;
    const content = source.raw.slice(at, end).map(strip).join('');
    heredocs.push({ name, content, expands });
    at = end + 1;
  }
  return { heredocs, lastLine: at };
}

function lineOf(
  source: SourceLines,
  from: number,
  isWanted: (line: string) => boolean,
): number | undefined {
  for (let at = from; at < source.lines.length; at += 1) {
    if (source.foreign.has(at + 1)) throw lineError(source, at + 1, `line ${at + 1} is not UTF-8`);
    if (isWanted(source.lines[at] ?? '')) return at;
  }
  return undefined;
}
