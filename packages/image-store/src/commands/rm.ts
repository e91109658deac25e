import { defineCommand, formatError, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { removalColumns as columns } from './removal-columns.ts';
import { rootOption, storeOf } from './root-option.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE...',
  options: {
    ...rootOption,
    force: { type: 'boolean', alias: 'f', describe: 'By id: remove all names of the image' },
    format: formatOption,
  },
  async run({ options, operands }, { stdout, stderr, env }) {
    const store = await storeOf(options.root, env);
    const { force, format } = options;
    let failed = false;
    for (const image of operands) {
      try {
        const result = await store.remove(image, { force });
        await printRows(stdout, [result], { format, columns });
      } catch (error) {
        failed = true;
        stderr.write(`${formatError(error, { name: 'image-store' }).join('\n')}\n`);
      }
    }
    return failed ? 1 : 0;
  },
});
