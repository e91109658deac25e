import { defineCommand, filterOption, formatList } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { listVolumes } from '@ctrkit/engine';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';
import { listOptions } from './list-options.ts';
import { volumeFilter } from './volume-filter.ts';
import { volumeList, volumeRow } from './volume-row.ts';

export const command: Command = defineCommand({
  options: {
    ...directoryOptions,
    filter: { ...filterOption, describe: "Provide filter values (e.g. 'dangling=true')" },
    format: listOptions.format,
    quiet: { type: 'boolean', alias: 'q', describe: 'Only display volume names' },
  },
  run({ options }, { stdout, env }) {
    const { format = '', quiet } = options;
    const test = volumeFilter(options.filter, ['dangling', 'driver', 'label', 'name']);
    const found = listVolumes(engineOf(options, env)).filter(test);
    if (quiet) stdout.write(found.map(({ name }) => `${name}\n`).join(''));
    else stdout.write(formatList(found.map((each) => volumeRow(each)), { format, ...volumeList })); // prettier-ignore
    return Promise.resolve(0);
  },
});
