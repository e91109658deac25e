import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { exportContainer } from '@ctrkit/engine';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { checkOutput, outputOption, writeArchive } from './write-archive.ts';

export const command: Command = defineCommand({
  operands: 'CONTAINER',
  options: { ...directoryOptions, output: outputOption },
  async run({ options, operands: [name] }, context) {
    checkOutput(options.output, 'export container', context);
    const archive = exportContainer(engineOf(options, context.env), name, context);
    await writeArchive(archive, options.output, context);
  },
});
