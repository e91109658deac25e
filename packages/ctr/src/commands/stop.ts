import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { stopContainer } from '@ctrkit/engine';
import { eachOperand } from './each-operand.ts';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';
import { stopOptions } from './stop-options.ts';

export const command: Command = defineCommand({
  operands: 'CONTAINER [CONTAINER...]',
  options: { ...directoryOptions, ...stopOptions },
  async run({ options, operands }, context) {
    const engine = engineOf(options, context.env);
    const { signal, time: timeout } = options;
    const failed = await eachOperand(
      operands,
      context,
      (name) => stopContainer(engine, name, { signal, timeout }),
      { together: true },
    );
    return failed.length === 0 ? 0 : 1;
  },
});
