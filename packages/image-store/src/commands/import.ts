import { stat } from 'node:fs/promises';
import { defineCommand, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Command, Context } from '@ctrkit/cli-kit';
import { parsePlatform } from '@ctrkit/oci';
import type { ImportSource } from '../import.ts';
import { imageColumns } from './image-columns.ts';
import { openArchive } from './open-archive.ts';
import { rootOption, storeOf } from './root-option.ts';

export const command: Command = defineCommand({
  operands: 'FILE|DIR|-',
  options: {
    ...rootOption,
    name: {
      type: 'string',
      describe: 'Name the image, which must then be the only one',
    },
    platform: {
      type: 'string',
      describe: 'Only the image of this platform: os/architecture[/variant]',
      coerce: parsePlatform,
    },
    format: formatOption,
  },
  async run({ options, operands: [source] }, context) {
    const opened = await openSource(source, context);
    const store = await storeOf(options.root, context.env);
    const records = await store.import(opened, {
      signal: context.signal,
      ...(options.name !== undefined && { name: options.name }),
      ...(options.platform !== undefined && { platform: options.platform }),
    });
    await printRows(context.stdout, records, { format: options.format, columns: imageColumns });
  },
});

async function openSource(source: string, context: Context): Promise<ImportSource> {
  const isDirectory = source !== '-' && (await stat(source)).isDirectory();
  return isDirectory ? source : await openArchive(source, context);
}
