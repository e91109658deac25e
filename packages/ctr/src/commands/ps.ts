import { defineCommand, formatTable } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { listContainers } from '@ctrkit/engine';
import { containerColumns, containerRow } from './container-row.ts';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { listOptions } from './list-options.ts';

export const command: Command = defineCommand({
  options: {
    ...directoryOptions,
    ...listOptions,
    all: {
      type: 'boolean',
      alias: 'a',
      describe: 'Show all containers (default shows just running)',
    },
  },
  run({ options }, { stdout, env }) {
    const now = new Date();
    const rows = listContainers(engineOf(options, env))
      .filter(({ state }) => options.all || state.status === 'running')
      .map((container) => containerRow(container, { now, truncate: !options['no-trunc'] }));
    if (options.quiet) stdout.write(rows.map(({ ID }) => `${ID}\n`).join(''));
    else if (options.format === 'json') {
      stdout.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    } else stdout.write(formatTable(rows, containerColumns));
    return Promise.resolve(0);
  },
});
