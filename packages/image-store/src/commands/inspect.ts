import { defineCommand, printable } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { rootOption, storeOf } from './root-option.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE...',
  options: rootOption,
  async run({ options, operands }, { stdout, env }) {
    const store = await storeOf(options.root, env);
    for (const image of operands) {
      const details = await store.inspect(image);
      const text = JSON.stringify(details, null, stdout.isTerminal ? 2 : 0);
      stdout.write(`${printable(text)}\n`);
    }
  },
});
