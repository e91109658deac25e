import { CliError } from '@ctrkit/cli-kit';
import type { FilterPair } from '@ctrkit/cli-kit';
import type { ContainerFilter } from '@ctrkit/engine';

const fields: Readonly<Record<string, keyof ContainerFilter>> = {
  id: 'ids',
  name: 'names',
  status: 'statuses',
  exited: 'exitCodes',
  label: 'labels',
  ancestor: 'ancestors',
  volume: 'volumes',
  before: 'before',
  since: 'since',
};

/** Docker's states of a container. */
const states = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];

function invalid(what: string, hint: string): CliError {
  return new CliError('FILTER_INVALID', `Invalid filter '${what}'`, {
    hint,
    exitCode: 1,
    pointer: 'none',
  });
}

function checked([name, value]: FilterPair): string | number {
  if (name === 'status' && !states.includes(value)) {
    throw invalid(`status=${value}`, `states are ${states.join(', ')}`);
  }
  if (name !== 'exited') return value;
  if (/^[+-]?\d+$/.test(value)) return Number(value);
  throw invalid(`exited=${value}`, 'exited is an exit code');
}

/** What the `--filter` of `ps` mean together. Throws CliError FILTER_INVALID, as docker with exit code 1. */
export function containerFilter(pairs: readonly FilterPair[]): ContainerFilter {
  const filter: Partial<Record<keyof ContainerFilter, (string | number)[]>> = {};
  for (const pair of pairs) {
    const [name] = pair;
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) throw invalid(name, `filters are ${Object.keys(fields).join(', ')}`);
    filter[field] = [...(filter[field] ?? []), checked(pair)];
  }
  return filter as ContainerFilter;
}
