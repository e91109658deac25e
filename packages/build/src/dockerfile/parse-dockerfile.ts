import { BuildError } from '../build-error.ts';
import { readDirectives } from './directives.ts';
import type { ArgInstruction, Dockerfile, FromInstruction, Instruction } from './instruction.ts';
import { parseStatement } from './parse-instruction.ts';
import { readSourceLines } from './source-lines.ts';
import type { SourceLines } from './source-lines.ts';
import { lineError } from './source-error.ts';
import { readStatements } from './read-statements.ts';
import type { Statements } from './read-statements.ts';
import type { Statement } from './statement.ts';

/**
 * A Dockerfile as typed instructions, as BuildKit reads it; `path` is the name that errors show. Throws BuildError DOCKERFILE_INVALID in
 * docker's words, with the range that is wrong; for what is larger than any real one too (4 MiB, 10,000 instructions).
 * https://docs.docker.com/reference/dockerfile/
 */
export function parseDockerfile(text: Uint8Array, path: string): Dockerfile {
  const source = readSourceLines(text, path);
  const { directives, statements, emptyLines } = named(path, () => readParts(source));
  const parts = divide(statements);
  if (parts.stages.length === 0) {
    throw lineError(source, source.lines.length, 'dockerfile contains no stages to build');
  }
  const comments = new Map(statements.map((one) => [one.range.start.line, one.comments]));
  return { path, lines: source.lines, directives, ...parts, comments, emptyLines };
}

/** Docker's own limit, of bufio.MaxScanTokenSize. */
const LONGEST_LINE = 65_535;

function readParts(source: SourceLines): Statements & Pick<Dockerfile, 'directives'> {
  const long = source.raw.findIndex((line) => Buffer.byteLength(line) > LONGEST_LINE);
  if (long >= 0) {
    const message = `dockerfile line greater than max allowed size of ${LONGEST_LINE}`;
    throw lineError(source, long + 1, message);
  }
  const { directives, count } = readDirectives(source);
  const read = readStatements(source, directives, count);
  if (read.statements.length === 0) throw lineError(source, 1, 'file with no instructions');
  return { directives, ...read };
}

/** What docker says of a file whose instructions it could not tell apart; later it says the line. */
function named<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof BuildError)) throw cause;
    const { code, message, range, lines } = cause;
    throw new BuildError(code, `failed to parse ${path}: ${message}`, {
      ...(range === undefined ? {} : { range }),
      ...(lines === undefined ? {} : { lines }),
    });
  }
}

interface OpenStage {
  readonly from: FromInstruction;
  readonly instructions: Instruction[];
}

function divide(statements: readonly Statement[]): Pick<Dockerfile, 'args' | 'stages'> {
  const args: ArgInstruction[] = [];
  const stages: OpenStage[] = [];
  for (const statement of statements) {
    const instruction = parseStatement(numbered(statement));
    const stage = stages.at(-1);
    if (instruction.keyword === 'FROM') stages.push({ from: instruction, instructions: [] });
    else if (stage !== undefined) stage.instructions.push(instruction);
    else if (instruction.keyword === 'ARG') args.push(instruction);
    else throw statement.error('no build stage in current context');
  }
  return { args, stages };
}

/** The statement whose errors say on which line they are, as docker's do. */
function numbered(statement: Statement): Statement {
  const { line } = statement.range.start;
  return {
    ...statement,
    error: (message, options) =>
      statement.error(`dockerfile parse error line ${line}: ${message}`, options),
  };
}
