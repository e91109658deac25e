import { defineCommand, filterOption, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { imageFilter, pruneFilters } from '../filter-text.ts';
import { imageColumns } from './image-columns.ts';
import { moment } from './moment.ts';
import { removalColumns } from './removal-columns.ts';
import { rootOption, storeOf } from './root-option.ts';

export const command: Command = defineCommand({
  options: {
    ...rootOption,
    all: { type: 'boolean', alias: 'a', describe: 'All images, not only those without a tag' },
    'dry-run': { type: 'boolean', describe: 'Only list what would be removed' },
    filter: { ...filterOption, describe: 'Only what fits (until, label, label!)' },
    format: formatOption,
  },
  async run({ options }, { stdout, signal, env }) {
    const store = await storeOf(options.root, env);
    const { all, format } = options;
    const filter = imageFilter(options.filter, pruneFilters, moment);
    if (options['dry-run']) {
      const rows = await store.prunable({ all, filter });
      await printRows(stdout, rows, { format, columns: imageColumns });
      return;
    }
    const result = await store.prune({ all, filter, signal });
    await printRows(stdout, [result], { format, columns: removalColumns });
  },
});
