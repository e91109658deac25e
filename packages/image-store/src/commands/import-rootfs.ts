import { defineCommand, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { parsePlatform } from '@ctrkit/oci';
import { imageColumns } from './image-columns.ts';
import { openArchive } from './open-archive.ts';
import { rootOption, storeOf } from './root-option.ts';

export const command: Command = defineCommand({
  operands: 'FILE|- [NAME]',
  options: {
    ...rootOption,
    change: {
      type: 'array',
      alias: 'c',
      valueName: 'INSTRUCTION',
      describe: 'How it runs: an instruction of a Dockerfile, such as CMD sh',
    },
    message: { type: 'string', alias: 'm', describe: 'What its history says of it' },
    platform: {
      type: 'string',
      describe: 'What it is for: os/architecture[/variant]',
      coerce: parsePlatform,
    },
    format: formatOption,
  },
  async run({ options, operands: [source, name] }, context) {
    const { change: changes, message, platform } = options;
    const opened = await openArchive(source, context);
    const store = await storeOf(options.root, context.env);
    const record = await store.importFilesystem(opened, {
      changes,
      signal: context.signal,
      ...(name !== undefined && { name }),
      ...(message !== undefined && { message }),
      ...(platform !== undefined && { platform }),
    });
    await printRows(context.stdout, [record], { format: options.format, columns: imageColumns });
  },
});
