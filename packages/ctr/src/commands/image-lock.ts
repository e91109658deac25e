import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { writeStreamAtomic } from '@ctrkit/durable';
import { formatImageLock, openImageStore } from '@ctrkit/image-store';
import { directoriesOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE [IMAGE...]',
  options: {
    ...directoryOptions,
    output: { type: 'string', alias: 'o', describe: 'Write to a file, instead of STDOUT' },
  },
  async run({ options, operands }, { stdout, env }) {
    const store = await openImageStore(directoriesOf(options, env));
    const text = formatImageLock(await store.lock(operands));
    const { output = '' } = options;
    if (output === '') stdout.write(text);
    else await writeStreamAtomic(output, [Buffer.from(text)], { mode: 0o644 });
  },
});
