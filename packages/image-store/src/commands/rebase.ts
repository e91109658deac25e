import { defineCommand, printRows } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { imageColumns } from './image-columns.ts';
import { madeOptions } from './mutate-options.ts';
import { rootOption, storeOf } from './root-option.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE OLD-BASE NEW-BASE',
  options: { ...rootOption, ...madeOptions },
  async run({ options, operands: [image, oldBase, newBase] }, context) {
    const { tag, platform, format } = options;
    const store = await storeOf(options.root, context.env);
    const record = await store.rebase(image, {
      oldBase,
      newBase,
      signal: context.signal,
      ...(tag !== undefined && { name: tag }),
      ...(platform !== undefined && { platform }),
    });
    await printRows(context.stdout, [record], { format, columns: imageColumns });
  },
});
