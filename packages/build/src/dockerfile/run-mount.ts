import type { RunMount } from './instruction.ts';
import { parseFields } from './csv-fields.ts';

const types = ['bind', 'cache', 'secret', 'ssh', 'tmpfs'] as const;
const sharings: ReadonlySet<string> = new Set(['shared', 'private', 'locked']);

const aliases: ReadonlyMap<string, string> = new Map([
  ['src', 'source'],
  ['dst', 'target'],
  ['destination', 'target'],
  ['ro', 'readonly'],
  ['rw', 'readwrite'],
]);

const names: ReadonlySet<string> = new Set(
  'type from source target readonly readwrite id sharing required size mode uid gid env'.split(' '),
);

// What can be given without a value.
const switches: ReadonlySet<string> = new Set(['readonly', 'readwrite', 'required']);
const booleans: ReadonlyMap<string, string> = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((word): [string, string] => [word, 'true']),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((word): [string, string] => [word, 'false']),
]);

const hasVariable = (value: string): boolean => value.includes('$');

/**
 * What `--mount=` says, under main names: `rw` is `readonly: 'false'`. What has a variable in it is checked when that is put in; a type
 * that has is among the options until then. Throws an Error.
 * https://docs.docker.com/reference/dockerfile/#run---mount
 */
export function parseMount(text: string): RunMount {
  const options: Record<string, string> = {};
  for (const field of parseFields(text)) {
    const [name, value] = readField(field);
    if (name === 'from' && /\$./.test(value)) {
      throw new Error(`'${name}' doesn't support variable expansion, define alias stage instead`);
    }
    options[name] = value;
  }
  return checkMount({ type: 'bind', options });
}

/** The mount with each option's value as `expand` makes it. Throws what `expand` throws, and an Error. */
export function expandMount(mount: RunMount, expand: (text: string) => string): RunMount {
  const entries = Object.entries(mount.options).map(([name, value]) => [name, expand(value)]);
  return checkMount({ type: mount.type, options: Object.fromEntries(entries) });
}

function readField(field: string): [name: string, value: string] {
  const equals = field.indexOf('=');
  const key = (equals < 0 ? field : field.slice(0, equals)).toLowerCase();
  const name = aliases.get(key) ?? key;
  if (!names.has(name)) throw new Error(`unexpected key '${key}' in '${field}'`);
  if (equals < 0 && !switches.has(name)) {
    throw new Error(`invalid field '${field}' must be a key=value pair`);
  }
  const value = equals < 0 ? 'true' : field.slice(equals + 1);
  return name === 'readwrite' ? ['readonly', opposite(key, value)] : [name, value];
}

function opposite(key: string, value: string): string {
  return booleanOf(key, value) === 'true' ? 'false' : 'true';
}

function booleanOf(key: string, value: string): string {
  const word = booleans.get(value);
  if (word === undefined) throw new Error(`invalid value for ${key}: ${value}`);
  return word;
}

function checkMount(mount: RunMount): RunMount {
  const { type: written, ...rest } = mount.options;
  if (written !== undefined && hasVariable(written)) return mount;
  const type = written === undefined ? mount.type : typeOf(written);
  const options = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name, valueOf(name, value)]),
  );
  checkAllowed(type, options);
  if (type === 'secret') checkSecret(options);
  return { type, options };
}

function typeOf(written: string): RunMount['type'] {
  const type = types.find((type) => type === written.toLowerCase());
  if (type === undefined) throw new Error(`unsupported mount type ${JSON.stringify(written)}`);
  return type;
}

function valueOf(name: string, value: string): string {
  if (hasVariable(value)) return value;
  if (name === 'readonly' || name === 'required') return booleanOf(name, value);
  if (name === 'size' && !/^\d+(?:\.\d+)? ?(?:[kmgtp]i?b?|b)?$/i.test(value)) {
    throw new Error(`invalid value for size: ${value}`);
  }
  if (name === 'sharing' && !sharings.has(value.toLowerCase())) {
    throw new Error(`unsupported sharing value ${JSON.stringify(value)}`);
  }
  checkNumber(name, value);
  return name === 'sharing' ? value.toLowerCase() : value;
}

function checkNumber(name: string, value: string): void {
  const base = name === 'mode' ? 8 : 10;
  if (name !== 'mode' && name !== 'uid' && name !== 'gid') return;
  const isNumber = (base === 8 ? /^[0-7]{1,12}$/ : /^\d{1,10}$/).test(value);
  if (isNumber && Number.parseInt(value, base) < 2 ** 32) return;
  throw new Error(`invalid value ${value} for ${name}`);
}

const ofTypes: ReadonlyMap<string, readonly RunMount['type'][]> = new Map([
  ['required', ['secret', 'ssh']],
  ['size', ['tmpfs']],
]);

function checkAllowed(type: RunMount['type'], options: RunMount['options']): void {
  for (const name of Object.keys(options)) {
    const allowed = ofTypes.get(name);
    if (allowed !== undefined && !allowed.includes(type)) {
      throw new Error(`unexpected key '${name}' for mount type '${type}'`);
    }
    const isFileMode = name === 'mode' || name === 'uid' || name === 'gid';
    if (isFileMode && (type === 'bind' || type === 'tmpfs')) {
      throw new Error(`${name} not allowed for "${type}" type mounts`);
    }
  }
  if (type !== 'cache' && type !== 'secret' && options['sharing'] !== undefined) {
    throw new Error(`invalid cache sharing set for ${type} mount`);
  }
}

function checkSecret({ from, sharing, source, target, id }: RunMount['options']): void {
  if (from) throw new Error('secret mount should not have a from');
  if (sharing) throw new Error('secret mount should not define sharing');
  if (!source && !target && !id) {
    throw new Error('invalid secret mount. one of source, target required');
  }
  if (source && id) throw new Error("both source and id can't be set");
}
