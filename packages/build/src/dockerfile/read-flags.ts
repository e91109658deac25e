import { closest } from './closest.ts';
import type { Flag, Statement } from './statement.ts';

type Kind = 'boolean' | 'string' | 'strings';

type Value<K extends Kind> = K extends 'boolean'
  ? boolean | undefined
  : K extends 'string'
    ? string | undefined
    : string[];

/** What the flags of an instruction say; what is not given is undefined, a list is empty. */
export type FlagValues<S extends Readonly<Record<string, Kind>>> = {
  readonly [Name in keyof S]: Value<S[Name]>;
};

/** Throws BuildError DOCKERFILE_INVALID for a flag that is unknown, twice there, or of no or the wrong value. */
export function readFlags<const S extends Readonly<Record<string, Kind>>>(
  statement: Statement,
  kinds: S,
): FlagValues<S> {
  const found = new Map<string, string[]>();
  for (const flag of statement.flags) {
    const { name, value } = readFlag(statement, flag, kinds);
    if (found.has(name) && kinds[name] !== 'strings') {
      throw statement.error(`duplicate flag specified: --${name}`, { at: flag });
    }
    found.set(name, [...(found.get(name) ?? []), value]);
  }
  const values = Object.entries(kinds).map(([name, kind]) => [
    name,
    valueOf(kind, found.get(name)),
  ]);
  return Object.fromEntries(values) as FlagValues<S>;
}

function readFlag(
  statement: Statement,
  flag: Flag,
  kinds: Readonly<Record<string, Kind>>,
): { name: string; value: string } {
  const equals = flag.text.indexOf('=');
  const name = flag.text.slice(2, equals < 0 ? undefined : equals);
  const value = equals < 0 ? undefined : flag.text.slice(equals + 1);
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined) throw unknownFlag(statement, flag, name, Object.keys(kinds));
  if (kind === 'boolean') return { name, value: booleanOf(statement, flag, name, value) };
  if (value === undefined) throw missing(statement, flag, name);
  return { name, value };
}

function unknownFlag(
  statement: Statement,
  at: Flag,
  name: string,
  known: readonly string[],
): Error {
  const near = closest(name, known);
  const hint = near === undefined ? undefined : `did you mean --${near}?`;
  return statement.error(`unknown flag: --${name}`, { at, hint });
}

function missing(statement: Statement, at: Flag, name: string): Error {
  return statement.error(`missing a value on flag: --${name}`, { at });
}

function booleanOf(
  statement: Statement,
  at: Flag,
  name: string,
  value: string | undefined,
): string {
  if (value === '') throw missing(statement, at, name);
  const word = (value ?? 'true').toLowerCase();
  if (word === 'true' || word === 'false') return word;
  throw statement.error(`expecting boolean value for flag --${name}, not: ${value}`, { at });
}

function valueOf(kind: Kind, found: readonly string[] | undefined): unknown {
  if (kind === 'strings') return found ?? [];
  const [value] = found ?? [];
  return kind === 'boolean' && value !== undefined ? value === 'true' : value;
}
