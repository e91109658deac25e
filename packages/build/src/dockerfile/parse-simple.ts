import type {
  CommandInstruction,
  ListInstruction,
  OnbuildInstruction,
  ValueInstruction,
} from './instruction.ts';
import { commandOf } from './parse-run.ts';
import { readFlags } from './read-flags.ts';
import type { Statement } from './statement.ts';
import { trim } from './white-space.ts';

export function parseCommand(
  statement: Statement,
  keyword: CommandInstruction['keyword'],
): CommandInstruction {
  readFlags(statement, {});
  const { text, range, args } = statement;
  return { keyword, text, range, command: commandOf(statement, args) };
}

export function parseValue(
  statement: Statement,
  keyword: ValueInstruction['keyword'],
): ValueInstruction {
  const { text, range, args } = statement;
  const [value] = args;
  if (value === undefined) throw statement.error(`${keyword} requires exactly one argument`);
  // Docker looks at no flags of STOPSIGNAL.
  if (keyword !== 'STOPSIGNAL') readFlags(statement, {});
  return { keyword, text, range, value };
}

export function parseList(
  statement: Statement,
  keyword: ListInstruction['keyword'],
): ListInstruction {
  const { text, range, args, isJson } = statement;
  const isEmpty = args.length === 0;
  if (keyword !== 'SHELL' && isEmpty) throw atLeastOne(statement, keyword);
  readFlags(statement, {});
  if (isEmpty) throw atLeastOne(statement, keyword);
  // Docker sorts them, and the image's history shows it.
  if (keyword === 'EXPOSE') return { keyword, text, range, values: args.toSorted() };
  if (keyword === 'SHELL') {
    if (!isJson) throw statement.error(`SHELL requires the arguments to be in JSON form`);
    return { keyword, text, range, values: args };
  }
  const values = args.map(trim);
  if (values.includes('')) throw statement.error('VOLUME specified can not be an empty string');
  return { keyword, text, range, values };
}

/** https://docs.docker.com/reference/dockerfile/#onbuild */
export function parseOnbuild(statement: Statement): OnbuildInstruction {
  const { text, range, args, heredocs } = statement;
  const [trigger] = args;
  if (trigger === undefined) throw atLeastOne(statement, 'ONBUILD');
  readFlags(statement, {});
  const keyword = trigger.toUpperCase();
  if (keyword === 'ONBUILD') {
    throw statement.error("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  }
  if (keyword === 'MAINTAINER' || keyword === 'FROM') {
    throw statement.error(`${keyword} isn't allowed as an ONBUILD trigger`);
  }
  const bodies = heredocs.map(({ name, content }) => `\n${content}${name}`);
  const line = text.replace(/^ONBUILD\s*/i, '');
  return { keyword: 'ONBUILD', text, range, trigger: [line, ...bodies].join('') };
}

function atLeastOne(statement: Statement, keyword: string): Error {
  return statement.error(`${keyword} requires at least one argument`);
}
