import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { defineCommand, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Command, Context } from '@ctrkit/cli-kit';
import type { ImportSource } from '../import.ts';
import { imageColumns } from './image-columns.ts';
import { rootOption, storeOf } from './root-option.ts';

export const command: Command = defineCommand({
  operands: 'FILE|DIR|-',
  options: {
    ...rootOption,
    name: {
      type: 'string',
      describe: 'Name the image, which must then be the only one',
    },
    format: formatOption,
  },
  async run({ options, operands: [source] }, context) {
    const opened = await openSource(source, context);
    const store = await storeOf(options.root, context.env);
    const records = await store.import(opened, {
      signal: context.signal,
      ...(options.name !== undefined && { name: options.name }),
    });
    await printRows(context.stdout, records, { format: options.format, columns: imageColumns });
  },
});

async function openSource(source: string, context: Context): Promise<ImportSource> {
  if (source === '-') return context.stdin();
  const found = await stat(source);
  return found.isDirectory() ? source : createReadStream(source, { highWaterMark: 1024 * 1024 });
}
