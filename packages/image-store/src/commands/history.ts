import { defineCommand, formatBytes, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Column, Command } from '@ctrkit/cli-kit';
import type { HistoryItem } from '../history.ts';
import { rootOption, storeOf } from './root-option.ts';

const columns: readonly Column<HistoryItem>[] = [
  { header: 'CREATED', value: ({ created }) => created ?? '' },
  { header: 'LAYER', value: ({ layer }) => layer?.digest.slice('sha256:'.length).slice(0, 12) ?? '' }, // prettier-ignore
  { header: 'SIZE', value: ({ size }) => formatBytes(size) },
  { header: 'CREATED BY', value: ({ createdBy }) => createdBy },
];

export const command: Command = defineCommand({
  operands: 'IMAGE',
  options: { ...rootOption, format: formatOption },
  async run({ options, operands: [image] }, { stdout, env }) {
    const store = await storeOf(options.root, env);
    await printRows(stdout, await store.history(image), { format: options.format, columns });
  },
});
