import { defineCommand, filterOption, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { imageFilter, listFilters } from '../filter-text.ts';
import { imageColumns } from './image-columns.ts';
import { moment } from './moment.ts';
import { rootOption, storeOf } from './root-option.ts';

export const command: Command = defineCommand({
  operands: '[REPOSITORY[:TAG]]',
  options: { ...rootOption, filter: filterOption, format: formatOption },
  async run({ options, operands: [reference] }, { stdout, env }) {
    const store = await storeOf(options.root, env);
    const texts = [
      ...options.filter,
      ...(reference === undefined ? [] : [['reference', reference] as const]),
    ];
    const rows = await store.list({ filter: imageFilter(texts, listFilters, moment) });
    await printRows(stdout, rows, { format: options.format, columns: imageColumns });
  },
});
