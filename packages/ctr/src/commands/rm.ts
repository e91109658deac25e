import { defineCommand, formatError } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { removeContainer, sweep } from '@ctrkit/engine';
import { eachOperand } from './each-operand.ts';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';

export const command: Command = defineCommand({
  operands: 'CONTAINER [CONTAINER...]',
  options: {
    ...directoryOptions,
    force: {
      type: 'boolean',
      alias: 'f',
      describe: 'Force the removal of a running container (uses SIGKILL)',
    },
    volumes: {
      type: 'boolean',
      alias: 'v',
      describe: 'Remove anonymous volumes associated with the container',
    },
  },
  async run({ options, operands }, context) {
    const engine = engineOf(options, context.env);
    const { force, volumes } = options;
    const absent = new Set<string>();
    const remove = async (name: string): Promise<void> => {
      try {
        await removeContainer(engine, name, { force, volumes });
      } catch (error) {
        if ((error as { code?: unknown }).code === 'CONTAINER_NOT_FOUND') absent.add(name);
        throw error;
      }
    };
    const failed = await eachOperand(operands, context, remove, { together: force });
    // What was to be removed is; what others left is only in the way of the next.
    await sweep(engine).catch((error: unknown) => {
      context.stderr.write(`WARNING: ${formatError(error).join('; ')}\n`);
    });
    // With --force what is not there is told, and is no failure.
    return failed.every((name) => force && absent.has(name)) ? 0 : 1;
  },
});
