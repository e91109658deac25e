import { defineCommand, formatError } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { removeContainer, sweep } from '@ctrkit/engine';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';

export const command: Command = defineCommand({
  operands: 'CONTAINER [CONTAINER...]',
  options: directoryOptions,
  async run({ options, operands }, { stdout, stderr, env }) {
    const engine = engineOf(options, env);
    let failures = 0;
    for (const name of operands) {
      try {
        await removeContainer(engine, name);
        stdout.write(`${name}\n`);
      } catch (error) {
        failures += 1;
        stderr.write(`${formatError(error, { name: 'ctr' }).join('\n')}\n`);
      }
    }
    // What was to be removed is; what others left is only in the way of the next.
    await sweep(engine).catch((error: unknown) => {
      stderr.write(`WARNING: ${formatError(error).join('; ')}\n`);
    });
    return failures === 0 ? 0 : 1;
  },
});
