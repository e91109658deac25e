import { defineCommand, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { imageColumns } from './image-columns.ts';
import { rootOption, storeOf } from './root-option.ts';

export const command: Command = defineCommand({
  options: { ...rootOption, format: formatOption },
  async run({ options }, { stdout, env }) {
    const store = await storeOf(options.root, env);
    const rows = await store.list();
    await printRows(stdout, rows, { format: options.format, columns: imageColumns });
  },
});
