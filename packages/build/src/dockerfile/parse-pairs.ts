import type { ArgInstruction, PairsInstruction } from './instruction.ts';
import { readFlags } from './read-flags.ts';
import type { Statement } from './statement.ts';

/** ENV and LABEL. https://docs.docker.com/reference/dockerfile/#env */
export function parsePairs(
  statement: Statement,
  keyword: PairsInstruction['keyword'],
): PairsInstruction {
  const { text, range, args } = statement;
  readFlags(statement, {});
  if (args.length === 0) throw statement.error(`${keyword} requires at least one argument`);
  const pairs: [string, string][] = [];
  for (let at = 0; at < args.length; at += 2) pairs.push([args[at] ?? '', args[at + 1] ?? '']);
  if (pairs.some(([name]) => name === '')) throw blankName(statement, keyword);
  return { keyword, text, range, pairs };
}

/** https://docs.docker.com/reference/dockerfile/#arg */
export function parseArg(statement: Statement): ArgInstruction {
  const { text, range, args } = statement;
  if (args.length === 0) throw statement.error('ARG requires at least one argument');
  const parsed = args.map((word) => {
    const equals = word.indexOf('=');
    if (equals === 0) throw blankName(statement, 'ARG');
    if (equals < 0) return { name: word, value: undefined };
    return { name: word.slice(0, equals), value: word.slice(equals + 1) };
  });
  return { keyword: 'ARG', text, range, args: parsed };
}

function blankName(statement: Statement, keyword: string): Error {
  return statement.error(`${keyword} names can not be blank`);
}
