import { arch, cpus, loadavg, release, totalmem } from 'node:os';

/** What the figures were taken on. */
export interface Machine {
  readonly processors: number;
  readonly processor: string;
  /** Bytes. */
  readonly memory: number;
  readonly kernel: string;
  readonly architecture: string;
  readonly node: string;
  /** Mean number of processes that ran or waited, over a minute. */
  readonly load: number;
}

/** The machine as it is now. */
export function machine(): Machine {
  const processors = cpus();
  return {
    processors: processors.length,
    processor: processors[0]?.model.trim() ?? '',
    memory: totalmem(),
    kernel: release(),
    architecture: arch(),
    node: process.version,
    load: Number((loadavg()[0] ?? Number.NaN).toFixed(2)),
  };
}

/** The machine in a line for people. */
export function formatMachine(one: Machine): string {
  const { processors, processor, memory, kernel, architecture, node, load } = one;
  const size = (memory / 2 ** 30).toFixed(0);
  return `${processors} × ${processor} (${architecture}), ${size} GiB, Linux ${kernel}, Node ${node}; load ${load}`;
}
