import { defineCommand, formatList } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { diskUsage } from '@ctrkit/engine';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';
import { listOptions } from './list-options.ts';
import { usageList, usageRows } from './system-df-rows.ts';
import { usageTables } from './system-df-tables.ts';

export const command: Command = defineCommand({
  options: {
    ...directoryOptions,
    format: listOptions.format,
    verbose: {
      type: 'boolean',
      alias: 'v',
      conflicts: ['format'],
      describe: 'Show detailed information on space usage',
    },
  },
  async run({ options }, { stdout, env }) {
    const usage = await diskUsage(engineOf(options, env));
    const { format = '', verbose } = options;
    if (verbose) stdout.write(usageTables(usage, new Date()));
    else stdout.write(formatList(usageRows(usage), { format, ...usageList }));
  },
});
