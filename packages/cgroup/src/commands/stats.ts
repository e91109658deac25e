import { defineCommand, formatBinaryBytes, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { openCgroup } from '../create.ts';
import type { Events, Stats } from '../stats.ts';

interface Row extends Stats, Events {
  readonly path: string;
  readonly frozen: boolean;
}

async function rowOf(path: string): Promise<Row> {
  const cgroup = await openCgroup(path);
  const [stats, events] = [await cgroup.stats(), await cgroup.events()];
  return { path: cgroup.path, frozen: cgroup.isFrozen(), ...stats, ...events };
}

const bytes = (value: number | undefined): string =>
  value === undefined ? '-' : formatBinaryBytes(value);

const seconds = (usec: number | undefined): string =>
  usec === undefined ? '-' : `${(usec / 1e6).toFixed(2)}s`;

export const command: Command = defineCommand({
  operands: 'PATH [PATH...]',
  options: { format: formatOption },
  async run({ options, operands }, { stdout }) {
    const paths = operands.filter((path) => path !== undefined);
    await printRows(stdout, await Promise.all(paths.map(rowOf)), {
      format: options.format,
      columns: [
        { header: 'CGROUP', value: ({ path }) => path },
        { header: 'CPU TIME', value: ({ cpu }) => seconds(cpu?.usageUsec) },
        { header: 'THROTTLED', value: ({ cpu }) => seconds(cpu?.throttledUsec) },
        {
          header: 'MEM USAGE / LIMIT',
          value: ({ memory }) => `${bytes(memory?.usageBytes)} / ${bytes(memory?.limitBytes)}`,
        },
        { header: 'PIDS', value: ({ pids }) => String(pids?.current ?? '-') },
        { header: 'OOM KILLS', value: ({ oomKills }) => String(oomKills ?? '-') },
      ],
    });
  },
});
