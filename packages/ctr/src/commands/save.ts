import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { openImageStore } from '@ctrkit/image-store';
import { parsePlatform } from '@ctrkit/oci';
import { directoriesOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { checkOutput, outputOption, writeArchive } from './write-archive.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE [IMAGE...]',
  options: {
    ...directoryOptions,
    output: outputOption,
    platform: {
      type: 'string',
      describe: 'Save only the given platform: os[/arch[/variant]]',
      coerce: parsePlatform,
    },
    since: {
      type: 'array',
      valueName: 'IMAGE',
      describe: 'Leave out what this image has too; who loads the archive must have it',
    },
  },
  async run({ options, operands }, context) {
    const { output, platform, since } = options;
    checkOutput(output, 'save image', context);
    const store = await openImageStore(directoriesOf(options, context.env));
    const choice = platform === undefined ? {} : { platform };
    const archive = await store.export(operands, { since, ...choice });
    await writeArchive(archive, output, context);
  },
});
