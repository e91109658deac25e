import { execForm, splitWords } from '@ctrkit/oci';
import { fieldsOf, trimLeft } from './white-space.ts';

/** What follows an instruction's flags, in its parts. */
export interface Arguments {
  readonly args: readonly string[];
  readonly isJson: boolean;
}

/** Takes the arguments of an instruction apart; throws an Error where they have not the shape. */
export type Shape = (rest: string, escape: string) => Arguments;

const plain = (args: readonly string[]): Arguments => ({ args, isJson: false });

/** All of it, as it is. */
export const oneString: Shape = (rest) => plain(rest === '' ? [] : [rest]);

/** What white space divides. */
export const fields: Shape = (rest) => plain(fieldsOf(rest));

/** What white space outside of quotes divides, quotes and escapes left where they are. */
export const words: Shape = (rest, escape) => plain(splitWords(rest, escape));

/** A JSON list, or a line for a shell. */
export const command: Shape = (rest) => jsonOr(rest, oneString);

/** A JSON list, or what white space divides. */
export const paths: Shape = (rest) => jsonOr(rest, fields);

/** A type, then a command. */
export const healthcheck: Shape = (rest, escape) => {
  const [type = ''] = /^\S*/.exec(rest) ?? [];
  if (type === '') return plain([]);
  const { args, isJson } = command(trimLeft(rest.slice(type.length)), escape);
  return { args: [type, ...args], isJson };
};

/** `NAME=value NAME=value`, or, as it was first, `NAME value`: names and values by turns. */
export function pairs(keyword: string): Shape {
  return (rest, escape) => {
    const found = splitWords(rest, escape);
    const [first] = found;
    if (first === undefined) return plain([]);
    if (first.includes('=')) return plain(found.flatMap(pairOf));
    const [, name = '', value] = /^([^\t\v\f\r ]*)[\t\v\f\r ]+([^]*)$/.exec(rest) ?? [];
    if (value === undefined) throw new Error(`${keyword} must have two arguments`);
    return plain([name, value]);
  };
}

function pairOf(word: string): [string, string] {
  const at = word.indexOf('=');
  if (at >= 0) return [word.slice(0, at), word.slice(at + 1)];
  const shown = JSON.stringify(word);
  throw new Error(`Syntax error - can't find = in ${shown}. Must be of the form: name=value`);
}

function jsonOr(rest: string, other: (rest: string, escape: string) => Arguments): Arguments {
  const list = execForm(rest);
  return list === undefined ? other(rest, '') : { args: list, isJson: true };
}
