import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { rootOption, storeOf } from './root-option.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE [NAME...]',
  options: rootOption,
  async run({ options, operands: [image, ...names] }, { env }) {
    const store = await storeOf(options.root, env);
    await store.untag(image, names);
  },
});
