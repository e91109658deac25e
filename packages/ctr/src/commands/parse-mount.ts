import { resolve } from 'node:path';
import { parseBytes } from '@ctrkit/cli-kit';
import { EngineError } from '@ctrkit/engine';
import type { ContainerMount, Propagation } from '@ctrkit/engine';

/** The fields of a line of CSV: `a,"b,c",d`. */
function fieldsOf(line: string): string[] {
  const fields = line.match(/(?:"(?:[^"]|"")*"|[^,"])+|(?<=,|^)(?=,|$)/g) ?? [];
  if (fields.join(',') !== line) throw new Error(`parse error: bare " in ${JSON.stringify(line)}`);
  return fields.map((field) => field.replaceAll(/"((?:[^"]|"")*)"/g, (_, inner: string) => inner.replaceAll('""', '"'))); // prettier-ignore
}

/** What `--mount` was given: values by docker's long names of them, and the labels. */
export interface GivenMount {
  readonly values: ReadonlyMap<string, string>;
  readonly labels: Readonly<Record<string, string>>;
}

type Given = GivenMount['values'];

const names: Readonly<Record<string, string>> = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
};
const known = new Set(
  'type source target readonly consistency bind-propagation bind-nonrecursive bind-recursive idmap volume-nocopy volume-label volume-driver volume-subpath tmpfs-size tmpfs-mode'.split(
    ' ',
  ),
);
const alone = new Set(['readonly', 'volume-nocopy', 'bind-nonrecursive', 'idmap']);

/**
 * The fields of what `--mount` is given: `type=bind,source=/data,target=/data,readonly`; the type is `volume` where there is
 * none. Throws an error in docker's words for what no flag can be.
 */
export function readMount(text: string): GivenMount {
  if (text === '') throw new Error('EOF');
  const values = new Map<string, string>();
  const labels: Record<string, string> = {};
  for (const field of fieldsOf(text)) {
    const [word = '', ...rest] = field.split('=');
    const key = word.toLowerCase();
    const name = names[key] ?? key;
    if (rest.length === 0 && !alone.has(name)) {
      throw new Error(`invalid field '${field}' must be a key=value pair`);
    }
    if (!known.has(name)) throw new Error(`unexpected key '${key}' in '${field}'`);
    const value = rest.length === 0 ? 'true' : rest.join('=');
    values.set(name, value);
    const [label = '', ...parts] = value.split('=');
    if (name === 'volume-label') labels[label] = parts.join('=');
  }
  check(values);
  return { values, labels };
}

const typeOf = (given: Given): string => (given.get('type') ?? 'volume').toLowerCase();

function check(given: Given): void {
  if (typeOf(given) === '') throw new Error('type is required');
  if ((given.get('target') ?? '') === '') throw new Error('target is required');
  const type = typeOf(given);
  for (const kind of ['bind', 'volume', 'tmpfs']) {
    if (kind !== type && [...given.keys()].some((key) => key.startsWith(`${kind}-`))) {
      throw new Error(`cannot mix '${kind}-*' options with mount type '${type}'`);
    }
  }
  for (const key of alone) isOn(given, key);
  if (type !== 'bind' && given.has('idmap'))
    throw new Error(`cannot mix 'idmap' with mount type '${type}'`);
  oneOf(given, 'bind-recursive', recursions);
  oneOf(given, 'bind-propagation', propagations);
  oneOf(given, 'volume-driver', ['local']);
  const [size, mode] = [given.get('tmpfs-size'), given.get('tmpfs-mode')];
  if (size !== undefined) parseBytes(size);
  if (mode !== undefined && !/^[0-7]{1,5}$/.test(mode)) {
    throw new Error(`invalid value for tmpfs-mode: ${mode}`);
  }
}

/** As Go's strconv.ParseBool. */
function isOn(given: Given, key: string): boolean {
  const value = given.get(key) ?? 'false';
  if (/^(?:1|t|T|true|TRUE|True)$/.test(value)) return true;
  if (/^(?:0|f|F|false|FALSE|False)$/.test(value)) return false;
  throw new Error(`invalid value for ${key}: ${value}`);
}

function oneOf<T extends string>(given: Given, key: string, values: readonly T[]): T | undefined {
  const value = given.get(key);
  if (value === undefined || (values as readonly string[]).includes(value)) return value as T;
  throw new Error(`invalid value for ${key}: ${value} (must be ${values.join(', ')})`);
}

const recursions = ['enabled', 'disabled', 'readonly'] as const;
const propagations = ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared'] as const satisfies Propagation[]; // prettier-ignore

function bindOf(given: Given, common: Pick<ContainerMount, 'target' | 'readOnly'>): ContainerMount {
  const recursion = oneOf(given, 'bind-recursive', recursions);
  const source = given.get('source') ?? '';
  return {
    type: 'bind',
    ...common,
    source: /^\.(?:\/|$)/.test(source) ? resolve(source) : source,
    recursive: recursion !== 'disabled' && !isOn(given, 'bind-nonrecursive'),
    propagation: oneOf(given, 'bind-propagation', propagations),
    idmap: isOn(given, 'idmap'),
  };
}

function tmpfsOf(
  given: Given,
  common: Pick<ContainerMount, 'target' | 'readOnly'>,
): ContainerMount {
  const [size, mode] = [given.get('tmpfs-size'), given.get('tmpfs-mode')];
  if (given.has('source')) throw invalid('tmpfs', 'field Source must not be specified');
  return {
    type: 'tmpfs',
    ...common,
    size: size === undefined ? undefined : parseBytes(size),
    mode: mode === undefined ? undefined : Number.parseInt(mode, 8),
  };
}

const invalid = (type: string, what: string): EngineError =>
  new EngineError('MOUNT_INVALID', `invalid mount config for type "${type}": ${what}`);

/** The mount that `--mount` asks for. Throws EngineError MOUNT_INVALID for what cannot be mounted. */
export function mountOf({ values, labels }: GivenMount): ContainerMount {
  const type = typeOf(values);
  const common = { target: values.get('target') ?? '', readOnly: isOn(values, 'readonly') };
  if (type === 'bind') return bindOf(values, common);
  if (type === 'tmpfs') return tmpfsOf(values, common);
  if (type !== 'volume') throw invalid(type, 'mount type unknown');
  const noCopy = isOn(values, 'volume-nocopy');
  const subpath = values.get('volume-subpath');
  return { type, ...common, name: values.get('source'), noCopy, subpath, labels };
}
