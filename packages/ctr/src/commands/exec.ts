import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { execInContainer } from '@ctrkit/engine';
import type { ExecOptions } from '@ctrkit/engine';
import { detachKeys, detachKeysOption } from './detach-keys.ts';
import { environmentOf } from '../environment.ts';
import { processOptions } from './process-options.ts';
import { requireTerminal } from './require-terminal.ts';
import { passOrResize } from './terminal-signals.ts';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';

// Docker's: a command that is not there, one that cannot be executed, and whatever else keeps it from starting.
function exitCodeOf(error: unknown): number {
  const { code } = error as { code?: string };
  if (code === 'COMMAND_NOT_FOUND') return 127;
  return code?.startsWith('CONTAINER_') === true ? 1 : 126;
}

export const command: Command = defineCommand({
  operands: 'CONTAINER COMMAND [ARG...]',
  trailing: true,
  options: {
    ...directoryOptions,
    ...processOptions,
    detach: {
      type: 'boolean',
      alias: 'd',
      describe: 'Detached mode: run command in the background',
    },
    'detach-keys': detachKeysOption,
  },
  async run({ options, operands: [name, program, ...args] }, { env, stderr }) {
    const attached = !options.detach;
    requireTerminal(options.interactive && options.tty && attached);
    const choices: ExecOptions = {
      command: [program, ...args.filter((arg) => arg !== undefined)],
      env: environmentOf(options.env, env),
      user: options.user,
      workdir: options.workdir,
      terminal: options.tty,
      output: attached ? 'inherit' : 'none',
      input: attached && options.interactive ? 'inherit' : 'none',
      tied: attached,
      detachKeys: detachKeys(options['detach-keys']),
    };
    try {
      const process = await execInContainer(engineOf(options, env), name, choices);
      if (!attached) return 0;
      using _signals = passOrResize(process, !options.tty);
      const exit = await process.wait();
      if (exit !== 'detached') return exit.code;
      stderr.write('read escape sequence\n');
      return 1;
    } catch (error) {
      throw Object.assign(error as Error, { exitCode: exitCodeOf(error) });
    }
  },
});
