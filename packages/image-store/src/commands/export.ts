import { pipeline } from 'node:stream/promises';
import { CliError, defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { writeStreamAtomic } from '@ctrkit/durable';
import { parsePlatform } from '@ctrkit/oci';
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
    platform: {
      type: 'string',
      describe: 'Only the image of this platform: os/architecture[/variant]',
      coerce: parsePlatform,
    },
    since: {
      type: 'array',
      valueName: 'IMAGE',
      describe: 'Leave out what this image has too; the receiver must have it',
    },
  },
  async run({ options, operands }, { stdout, env, signal }) {
    if (options.output === '-' && stdout.isTerminal) throw refusal();
    const store = await storeOf(options.root, env);
    const archive = await store.export(operands, {
      since: options.since,
      ...(options.platform !== undefined && { platform: options.platform }),
    });
    signal.addEventListener('abort', () => archive.destroy(signal.reason as Error));
    if (options.output === '-') await pipeline(archive, stdout.stream());
    else await writeStreamAtomic(options.output, archive);
  },
});

function refusal(): CliError {
  return new CliError('USAGE', 'an archive is not written to a terminal', {
    hint: 'use -o FILE, or redirect the output',
  });
}
