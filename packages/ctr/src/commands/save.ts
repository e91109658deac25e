import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CliError, defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { writeStreamAtomic } from '@ctrkit/durable';
import { openImageStore } from '@ctrkit/image-store';
import { parsePlatform } from '@ctrkit/oci';
import { directoriesOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE [IMAGE...]',
  options: {
    ...directoryOptions,
    output: { type: 'string', alias: 'o', describe: 'Write to a file, instead of STDOUT' },
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
  async run({ options, operands }, { stdout, env, signal }) {
    const { output = '', platform, since } = options;
    if (output === '' && stdout.isTerminal) throw cowardly();
    if (output !== '' && !existsSync(dirname(output))) throw noDirectory(output);
    const store = await openImageStore(directoriesOf(options, env));
    const choice = platform === undefined ? {} : { platform };
    const archive = await store.export(operands, { since, ...choice });
    signal.addEventListener('abort', () => archive.destroy(signal.reason as Error));
    if (output === '') await pipeline(archive, stdout.stream());
    else await writeStreamAtomic(output, archive);
  },
});

function cowardly(): CliError {
  const text = 'cowardly refusing to save to a terminal. Use the -o flag or redirect';
  return new CliError('USAGE', text, { exitCode: 1, pointer: 'none' });
}

function noDirectory(output: string): CliError {
  const why = `stat ${dirname(output)}: no such file or directory`;
  const text = `failed to save image: invalid output path: ${why}`;
  return new CliError('USAGE', text, { exitCode: 1, pointer: 'none' });
}
