import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { removeVolume } from '@ctrkit/engine';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';
import { eachOperand } from './each-operand.ts';

export const command: Command = defineCommand({
  operands: 'VOLUME [VOLUME...]',
  options: {
    ...directoryOptions,
    force: { type: 'boolean', alias: 'f', describe: 'Force the removal of one or more volumes' },
  },
  async run({ options, operands }, context) {
    const engine = engineOf(options, context.env);
    const remove = async (name: string): Promise<void> => {
      try {
        await removeVolume(engine, name);
      } catch (error) {
        // As docker: what is not there is removed.
        const isAbsent = (error as { code?: unknown }).code === 'VOLUME_NOT_FOUND';
        if (!isAbsent || !options.force) throw error;
      }
    };
    const failed = await eachOperand(operands, context, remove);
    return failed.length === 0 ? 0 : 1;
  },
});
