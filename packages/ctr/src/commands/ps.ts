import { defineCommand, filterOption, formatList } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { filterContainers, listContainers } from '@ctrkit/engine';
import { containerFilter } from './container-filter.ts';
import { containerList, shownId } from './container-row.ts';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { listOptions } from './list-options.ts';

const IGNORED = 'WARNING: Ignoring custom format, because both --format and --quiet are set.\n';

export const command: Command = defineCommand({
  options: {
    ...directoryOptions,
    all: {
      type: 'boolean',
      alias: 'a',
      describe: 'Show all containers (default shows just running)',
    },
    filter: filterOption,
    ...listOptions,
    last: {
      type: 'number',
      alias: 'n',
      default: -1,
      describe: 'Show n last created containers (includes all states)',
    },
    latest: {
      type: 'boolean',
      alias: 'l',
      describe: 'Show the latest created container (includes all states)',
    },
    quiet: { type: 'boolean', alias: 'q', describe: 'Only display container IDs' },
  },
  run({ options }, { stdout, stderr, env }) {
    const now = new Date();
    const { all, format = '', quiet } = options;
    const filter = containerFilter(options.filter);
    const last = options.latest ? 1 : options.last;
    const found = filterContainers(listContainers(engineOf(options, env)), { filter, all, last });
    const truncate = !options['no-trunc'];
    if (quiet && format !== '') stderr.write(IGNORED);
    if (quiet) stdout.write(found.map(({ id }) => `${shownId(id, truncate)}\n`).join(''));
    else stdout.write(formatList(found, { format, ...containerList({ now, truncate }) }));
    return Promise.resolve(0);
  },
});
