import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { writeStreamAtomic } from '@ctrkit/durable';
import { formatImageLock } from '../image-lock.ts';
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
      describe: 'Where to write the lockfile; - for standard output',
    },
  },
  async run({ options, operands }, { stdout, env }) {
    const store = await storeOf(options.root, env);
    const text = formatImageLock(await store.lock(operands));
    if (options.output === '-') stdout.write(text);
    else await writeStreamAtomic(options.output, [Buffer.from(text)], { mode: 0o644 });
  },
});
