import { parseBytes } from '@ctrkit/cli-kit';
import type { Option, Values } from '@ctrkit/cli-kit';
import type { LinuxCpu, LinuxMemory, LinuxResources } from '@ctrkit/oci';
import { compact } from '../numbers.ts';

const PERIOD = 100_000;

function parseCpus(text: string): number {
  const cpus = Number(text);
  // The kernel takes no quota below a millisecond.
  if (/^\d*\.?\d+$/.test(text) && cpus * PERIOD >= 1000) return cpus;
  throw new Error(`${JSON.stringify(text)} is not a number of processors from 0.01 on`);
}

const bytesOrAll = (text: string): number => (text === '-1' ? -1 : parseBytes(text));

type Count = Option & { readonly type: 'number' };
type Text = Option & { readonly type: 'string' };
type Parsed = Text & { readonly coerce: (text: string) => number };

type LimitOptions = {
  readonly memory: Parsed;
  readonly 'memory-reservation': Parsed;
  readonly 'memory-swap': Parsed;
  readonly cpus: Parsed;
  readonly 'cpu-shares': Count;
  readonly 'cpuset-cpus': Text;
  readonly 'cpuset-mems': Text;
  readonly pids: Count;
};

/** The limits that every command takes, in docker's words. */
export const limitOptions: LimitOptions = {
  memory: {
    type: 'string',
    alias: 'm',
    valueName: 'bytes',
    coerce: bytesOrAll,
    describe: 'Memory limit; -1: none',
  },
  'memory-reservation': {
    type: 'string',
    valueName: 'bytes',
    coerce: bytesOrAll,
    describe: 'Memory that is left to it when memory is short',
  },
  'memory-swap': {
    type: 'string',
    valueName: 'bytes',
    coerce: bytesOrAll,
    describe: 'Limit of memory and swap together; -1: none (default: twice the memory limit)',
  },
  cpus: { type: 'string', valueName: 'decimal', coerce: parseCpus, describe: 'Number of CPUs' },
  'cpu-shares': { type: 'number', describe: 'Weight among others, 2 to 262144 (default 1024)' },
  'cpuset-cpus': { type: 'string', describe: 'CPUs to use: 0-2,7' },
  'cpuset-mems': { type: 'string', describe: 'Memory nodes to use: 0-1' },
  pids: {
    type: 'number',
    alias: 'pids-limit',
    describe: 'Number of processes and threads; -1: unlimited',
  },
};

type Limits = Values<LimitOptions>;

function memoryOf(limits: Limits): LinuxMemory {
  const limit = limits.memory;
  const swap = limits['memory-swap'] ?? (limit === undefined || limit < 0 ? limit : 2 * limit);
  return compact<LinuxMemory>({ limit, swap, reservation: limits['memory-reservation'] });
}

function cpuOf(limits: Limits): LinuxCpu {
  const { cpus } = limits;
  const bandwidth = cpus === undefined ? {} : { quota: Math.round(cpus * PERIOD), period: PERIOD };
  const rest = compact<LinuxCpu>({
    shares: limits['cpu-shares'],
    cpus: limits['cpuset-cpus'],
    mems: limits['cpuset-mems'],
  });
  return { ...bandwidth, ...rest };
}

/** `linux.resources` for the flags that were given. */
export function resourcesOf(limits: Limits): LinuxResources {
  const memory = memoryOf(limits);
  const cpu = cpuOf(limits);
  return {
    ...(Object.keys(memory).length === 0 ? {} : { memory }),
    ...(Object.keys(cpu).length === 0 ? {} : { cpu }),
    ...(limits.pids === undefined ? {} : { pids: { limit: limits.pids } }),
  };
}
