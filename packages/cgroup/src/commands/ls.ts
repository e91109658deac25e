import { defineCommand, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { listCgroups } from '../list.ts';

export const command: Command = defineCommand({
  operands: '[PATH]',
  options: { format: formatOption },
  async run({ options, operands: [path] }, { stdout }) {
    await printRows(stdout, await listCgroups(path), {
      format: options.format,
      columns: [
        { header: 'CGROUP', value: ({ path }) => path },
        { header: 'PROCESSES', value: ({ processes }) => String(processes) },
        { header: 'CONTROLLERS', value: ({ controllers }) => controllers.join(',') },
      ],
    });
  },
});
