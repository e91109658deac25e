import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError, defineCommand } from '@ctrkit/cli-kit';
import type { Command, Context } from '@ctrkit/cli-kit';
import { temporaryName } from '@ctrkit/durable';
import { rootOption, storeOf } from './root-option.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE...',
  options: {
    ...rootOption,
    output: {
      type: 'string',
      alias: 'o',
      valueName: 'FILE',
      default: '-',
      describe: 'Where to write the archive; - for standard output',
    },
  },
  async run({ options, operands }, context) {
    if (options.output === '-' && context.stdout.isTerminal) throw refusal();
    const store = await storeOf(options.root, context.env);
    const archive = await store.export(operands);
    if (options.output === '-') await pipeline(archive, context.stdout.stream());
    else await writeWhole(archive, options.output, context);
  },
});

// A file that has the name is a whole archive.
async function writeWhole(archive: Readable, path: string, { signal }: Context): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await pipeline(archive, createWriteStream(temporary, { flags: 'wx' }), { signal });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function refusal(): CliError {
  return new CliError('USAGE', 'an archive is not written to a terminal', {
    hint: 'use -o FILE, or redirect the output',
  });
}
