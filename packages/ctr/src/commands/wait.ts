import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { waitContainer } from '@ctrkit/engine';
import { eachOperand } from './each-operand.ts';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';

export const command: Command = defineCommand({
  operands: 'CONTAINER [CONTAINER...]',
  options: directoryOptions,
  async run({ options, operands }, context) {
    const engine = engineOf(options, context.env);
    const failed = await eachOperand(operands, context, (name) => waitContainer(engine, name), {
      together: true,
      print: (_name, code) => String(code),
    });
    return failed.length === 0 ? 0 : 1;
  },
});
