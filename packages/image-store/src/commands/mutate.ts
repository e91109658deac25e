import { defineCommand, printRows } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { imageColumns } from './image-columns.ts';
import { mutateOptions, mutation } from './mutate-options.ts';
import { rootOption, storeOf } from './root-option.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE',
  options: { ...rootOption, ...mutateOptions },
  async run({ options, operands: [image] }, context) {
    const store = await storeOf(options.root, context.env);
    const record = await store.mutate(image, mutation(options, context));
    await printRows(context.stdout, [record], { format: options.format, columns: imageColumns });
  },
});
