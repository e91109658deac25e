import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { killContainer } from '@ctrkit/engine';
import { eachOperand } from './each-operand.ts';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';

export const command: Command = defineCommand({
  operands: 'CONTAINER [CONTAINER...]',
  options: {
    ...directoryOptions,
    signal: {
      type: 'string',
      alias: 's',
      default: 'KILL',
      describe: 'Signal to send to the container',
    },
  },
  async run({ options, operands }, context) {
    const engine = engineOf(options, context.env);
    const failed = await eachOperand(operands, context, (name) =>
      killContainer(engine, name, options.signal),
    );
    return failed.length === 0 ? 0 : 1;
  },
});
