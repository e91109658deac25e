import { kindOf, typeName } from './kinds.ts';
import type { Operand } from './nodes.ts';
import { Complaint } from './template-error.ts';

/** What a function takes: a string, an integer, a list of strings, or anything. */
export type Parameter = 'string' | 'int' | '[]string' | 'any';

const isText = (value: unknown): boolean => typeof value === 'string';

function fits(value: unknown, parameter: Parameter): boolean {
  if (parameter === 'any') return true;
  if (parameter === '[]string') return Array.isArray(value) && value.every(isText);
  return kindOf(value) === parameter;
}

const noun: Readonly<Record<Exclude<Parameter, 'any'>, string>> = {
  string: 'string',
  int: 'integer',
  '[]string': '[]string',
};

/** What is wrong with a constant that stands where a parameter wants something else. */
function constantProblem(parameter: Exclude<Parameter, 'any'>, text: string): string {
  if (text === 'nil') return `cannot assign nil to ${parameter}`;
  if (parameter === '[]string') return `can't handle ${text} for arg of type []string`;
  return `expected ${noun[parameter]}; found ${text}`;
}

/**
 * The value as a parameter takes it. Throws Complaint.
 * @param source the node that it comes from; undefined for what the stage before gave
 */
export function checkArgument(value: unknown, parameter: Parameter, source?: Operand): unknown {
  if (parameter === 'any') return value ?? null;
  // A list that is null is an empty one.
  const isNull = value === null || value === undefined;
  if (isNull && parameter === '[]string' && source?.kind !== 'literal') return [];
  if (fits(value, parameter)) return value;
  if (source?.kind === 'literal') throw new Complaint(constantProblem(parameter, source.text));
  if (isNull) throw new Complaint(`invalid value; expected ${parameter}`);
  throw new Complaint(`wrong type for value; expected ${parameter}; got ${typeName(value)}`);
}

/** How many arguments a function takes; `most` is Infinity where the last parameter repeats. */
export function checkCount(name: string, given: number, least: number, most: number): void {
  if (given >= least && given <= most) return;
  const want = most === Infinity ? `at least ${least}` : String(least);
  throw new Complaint(`wrong number of args for ${name}: want ${want} got ${given}`);
}
