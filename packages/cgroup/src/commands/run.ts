import { isatty } from 'node:tty';
import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { runInCgroup } from '../run.ts';
import type { LimitedRun } from '../run.ts';
import { limitOptions, resourcesOf } from './limit-options.ts';
import { warnOf } from './warn.ts';

const exitCodes: Readonly<Record<string, number>> = {
  COMMAND_NOT_FOUND: 127,
  COMMAND_NOT_EXECUTABLE: 126,
};

/** A terminal sends these to the command as well; once is enough. */
const ofTheTerminal = ['SIGINT', 'SIGQUIT'] as const;
const passed = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

function passSignals(run: LimitedRun): () => void {
  const fromTerminal = isatty(0);
  const listeners = [...ofTheTerminal, ...passed].map((signal) => {
    const isTheTerminals = fromTerminal && (ofTheTerminal as readonly string[]).includes(signal);
    const listener = (): void => {
      if (!isTheTerminals) run.kill(signal);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const off of listeners) off();
  };
}

export const command: Command = defineCommand({
  operands: 'COMMAND [ARG...]',
  trailing: true,
  options: {
    ...limitOptions,
    name: { type: 'string', describe: 'Path of the cgroup (default: a name of its own)' },
  },
  errorExitCode: 125,
  async run({ options, operands: [file, ...args] }, context) {
    try {
      const run = await runInCgroup(
        [file, ...args] as [string, ...string[]],
        resourcesOf(options),
        {
          ...(options.name === undefined ? {} : { path: options.name }),
          env: context.env,
          onCreated: ({ ignored }) => warnOf(ignored, context),
        },
      );
      const stopPassing = passSignals(run);
      const { code, oomKills } = await run.wait().finally(stopPassing);
      if (oomKills > 0) {
        const what = oomKills === 1 ? 'a process' : `${oomKills} processes`;
        context.stderr.write(`cgroup: the kernel killed ${what}: the memory limit was reached\n`);
      }
      return code;
    } catch (error) {
      const exitCode = exitCodes[String((error as { code?: unknown }).code)];
      throw exitCode === undefined ? error : Object.assign(error as Error, { exitCode });
    }
  },
});
