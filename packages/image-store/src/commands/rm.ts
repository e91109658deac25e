import { defineCommand, formatBytes, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Column, Command } from '@ctrkit/cli-kit';
import type { RemoveResult } from '../remove.ts';
import { rootOption, storeOf } from './root-option.ts';

const columns: readonly Column<RemoveResult>[] = [
  { header: 'UNTAGGED', value: ({ untagged }) => untagged.join(', ') },
  { header: 'BLOBS DELETED', value: ({ deleted }) => String(deleted.length) },
  { header: 'RECLAIMED', value: ({ reclaimed }) => formatBytes(reclaimed) },
];

export const command: Command = defineCommand({
  operands: 'IMAGE...',
  options: {
    ...rootOption,
    force: { type: 'boolean', alias: 'f', describe: 'By id: remove all names of the image' },
    format: formatOption,
  },
  async run({ options, operands }, { stdout, env }) {
    const store = await storeOf(options.root, env);
    for (const image of operands) {
      const result = await store.remove(image, { force: options.force });
      await printRows(stdout, [result], { format: options.format, columns });
    }
  },
});
