import { defineCommand, printRows } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { imageColumns } from './image-columns.ts';
import { mutateOptions, mutation } from './mutate-options.ts';
import { openArchive } from './open-archive.ts';
import { rootOption, storeOf } from './root-option.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE FILE|-',
  options: { ...rootOption, ...mutateOptions },
  async run({ options, operands: [image, file] }, context) {
    const layer = await openArchive(file, context);
    const store = await storeOf(options.root, context.env);
    const record = await store.append(image, layer, mutation(options, context));
    await printRows(context.stdout, [record], { format: options.format, columns: imageColumns });
  },
});
