import { CliError } from '@ctrkit/cli-kit';
import type { FilterPair } from '@ctrkit/cli-kit';
import type { Volume } from '@ctrkit/engine';

type Test = (volume: Volume) => boolean;

function invalid(what: string, hint: string): CliError {
  const options = { hint, exitCode: 1, pointer: 'none' } as const;
  return new CliError('FILTER_INVALID', `Invalid filter '${what}'`, options);
}

function hasLabel({ labels }: Volume, wanted: string): boolean {
  const [key = '', ...value] = wanted.split('=');
  if (!Object.hasOwn(labels, key)) return false;
  return value.length === 0 || labels[key] === value.join('=');
}

/** A boolean as docker takes one in a filter. */
function isTrue(name: string, value: string): boolean {
  if (['1', 'true'].includes(value)) return true;
  if (['0', 'false'].includes(value)) return false;
  throw invalid(`${name}=[${value}]`, `${name} is true or false`);
}

/** Docker takes an expression that is none as a plain text. */
function contains(name: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(name);
  } catch {
    return name.includes(pattern);
  }
}

const isDangling = ({ users }: Volume): boolean => users.length === 0;

const filters: Readonly<Record<string, (value: string) => Test>> = {
  dangling: (value) => {
    const wanted = isTrue('dangling', value);
    return (volume) => isDangling(volume) === wanted;
  },
  driver: (value) => () => value === 'local',
  label: (value) => (volume) => hasLabel(volume, value),
  'label!': (value) => (volume) => !hasLabel(volume, value),
  name: (value) => (volume) => contains(volume.name, value),
};

/** Of filters of one name one must hold, of labels all. */
const needsAll = (name: string): boolean => name.startsWith('label');

/**
 * What the `--filter` of `volume ls` and `volume prune` mean together. Throws CliError FILTER_INVALID, as docker with exit
 * code 1.
 * @param names those that the command knows
 */
export function volumeFilter(pairs: readonly FilterPair[], names: readonly string[]): Test {
  const tests = new Map<string, Test[]>();
  for (const [name, value] of pairs) {
    const filter = names.includes(name) ? filters[name] : undefined;
    if (filter === undefined) throw invalid(name, `filters are ${names.join(', ')}`);
    tests.set(name, [...(tests.get(name) ?? []), filter(value)]);
  }
  return (volume) =>
    [...tests].every(([name, list]) =>
      needsAll(name) ? list.every((test) => test(volume)) : list.some((test) => test(volume)),
    );
}
