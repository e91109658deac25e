import { closest } from './closest.ts';
import type { FromInstruction, Instruction } from './instruction.ts';
import { parseAdd, parseCopy } from './parse-copy.ts';
import { parseFrom } from './parse-from.ts';
import { parseHealthcheck } from './parse-healthcheck.ts';
import { parseArg, parsePairs } from './parse-pairs.ts';
import { parseRun } from './parse-run.ts';
import { parseCommand, parseList, parseOnbuild, parseValue } from './parse-simple.ts';
import { readDirectives } from './directives.ts';
import { readSourceLines } from './source-lines.ts';
import { readStatements } from './read-statements.ts';
import type { Statement } from './statement.ts';

type Parser = (statement: Statement) => Instruction | FromInstruction;

const parsers: ReadonlyMap<string, Parser> = new Map<string, Parser>([
  ['ADD', parseAdd],
  ['ARG', parseArg],
  ['CMD', (statement) => parseCommand(statement, 'CMD')],
  ['COPY', parseCopy],
  ['ENTRYPOINT', (statement) => parseCommand(statement, 'ENTRYPOINT')],
  ['ENV', (statement) => parsePairs(statement, 'ENV')],
  ['EXPOSE', (statement) => parseList(statement, 'EXPOSE')],
  ['FROM', parseFrom],
  ['HEALTHCHECK', parseHealthcheck],
  ['LABEL', (statement) => parsePairs(statement, 'LABEL')],
  ['MAINTAINER', (statement) => parseValue(statement, 'MAINTAINER')],
  ['ONBUILD', parseOnbuild],
  ['RUN', parseRun],
  ['SHELL', (statement) => parseList(statement, 'SHELL')],
  ['STOPSIGNAL', (statement) => parseValue(statement, 'STOPSIGNAL')],
  ['USER', (statement) => parseValue(statement, 'USER')],
  ['VOLUME', (statement) => parseList(statement, 'VOLUME')],
  ['WORKDIR', (statement) => parseValue(statement, 'WORKDIR')],
]);

/** What a statement means. Throws BuildError DOCKERFILE_INVALID. */
export function parseStatement(statement: Statement): Instruction | FromInstruction {
  const { keyword } = statement;
  const parser = parsers.get(keyword.toUpperCase());
  if (parser !== undefined) return parser(statement);
  const near = closest(keyword.toUpperCase(), [...parsers.keys()]);
  throw statement.error(`unknown instruction: ${keyword.toUpperCase()}`, {
    at: { start: 0, end: keyword.length },
    hint: near === undefined ? undefined : `did you mean ${near}?`,
  });
}

/**
 * One instruction that stands alone, a trigger of a base image (OnBuild) or a change of `commit`; its range is in its own lines, its
 * escape character is a backslash. Throws BuildError DOCKERFILE_INVALID, for FROM and MAINTAINER too.
 */
export function parseInstruction(text: string): Instruction {
  const source = readSourceLines(Buffer.from(text), 'instruction');
  const { statements } = readStatements(source, readDirectives(source).directives);
  const [statement, second] = statements;
  if (statement === undefined || second !== undefined) {
    throw (second ?? statement)?.error('an instruction has to stand alone');
  }
  const instruction = parseStatement(statement);
  if (instruction.keyword !== 'FROM' && instruction.keyword !== 'MAINTAINER') return instruction;
  throw statement.error(`${instruction.keyword} isn't allowed as an ONBUILD trigger`);
}
