import { availableParallelism } from 'node:os';
import type { LinuxResources } from '@ctrkit/oci';
import { EngineError } from './engine-error.ts';

/** What a container may use, in the units that people think in. */
export interface Limits {
  /** Bytes of memory; swap is limited to the same again, as docker does. At least 6 MiB. */
  readonly memory?: number | undefined;
  /** CPUs, 0.01 to the number that the machine has. */
  readonly cpus?: number | undefined;
  /** Processes and threads; 0 or less: no limit. */
  readonly pids?: number | undefined;
}

const MEBIBYTE = 1024 * 1024;
const PERIOD_MICROSECONDS = 100_000;

function memoryResources(bytes: number): Pick<LinuxResources, 'memory'> {
  if (!(bytes >= 6 * MEBIBYTE)) {
    throw new EngineError('LIMIT_INVALID', 'Minimum memory limit allowed is 6MB');
  }
  return { memory: { limit: bytes, swap: 2 * bytes } };
}

function cpuResources(cpus: number): Pick<LinuxResources, 'cpu'> {
  const there = availableParallelism();
  if (!(cpus >= 0.01 && cpus <= there)) {
    throw new EngineError(
      'LIMIT_INVALID',
      `Range of CPUs is from 0.01 to ${there}.00, as there are only ${there} CPUs available`,
    );
  }
  return { cpu: { period: PERIOD_MICROSECONDS, quota: Math.round(cpus * PERIOD_MICROSECONDS) } };
}

/** Limits as linux.resources of the runtime spec (config-linux.md#control-groups). Throws LIMIT_INVALID. */
export function resourcesOf({ memory, cpus, pids }: Limits): LinuxResources {
  return {
    ...(memory === undefined || memory === 0 ? {} : memoryResources(memory)),
    ...(cpus === undefined || cpus === 0 ? {} : cpuResources(cpus)),
    ...(pids === undefined || pids <= 0 ? {} : { pids: { limit: pids } }),
  };
}

/** Whether any limit was asked for. */
export function hasLimits(limits: Limits): boolean {
  return Object.keys(resourcesOf(limits)).length > 0;
}
