import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { startContainer, stopContainer } from '@ctrkit/engine';
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
    const restart = async (name: string): Promise<void> => {
      await stopContainer(engine, name, { signal, timeout });
      const container = await startContainer(engine, name);
      container?.release();
    };
    const failed = await eachOperand(operands, context, restart, { together: true });
    return failed.length === 0 ? 0 : 1;
  },
});
