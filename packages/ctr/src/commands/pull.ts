import { CliError, defineCommand, progressOption } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { pullImage } from '@ctrkit/engine';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { pullFromLock } from './pull-from-lock.ts';

export const command: Command = defineCommand({
  operands: '[NAME[:TAG|@DIGEST]]',
  options: {
    ...directoryOptions,
    locked: {
      type: 'string',
      valueName: 'FILE',
      describe: 'Pull what this lockfile has for the name; without a name, all that it has',
    },
    platform: { type: 'string', describe: 'Pull an image of this platform' },
    progress: progressOption,
    quiet: { type: 'boolean', alias: 'q', describe: 'Suppress verbose output' },
  },
  async run({ options, operands: [name] }, context) {
    const engine = engineOf(options, context.env);
    const progress = context.progress(options.quiet ? 'none' : options.progress);
    const { platform, locked } = options;
    const choices = { platform, signal: context.signal, onEvent: progress.event };
    const pulled =
      locked === undefined
        ? [await pullImage(engine, required(name), choices)]
        : await pullFromLock(engine, locked, name, choices);
    progress.stop();
    context.stdout.write(pulled.map((image) => `${image.name}\n`).join(''));
  },
});

function required(name: string | undefined): string {
  if (name !== undefined) return name;
  throw new CliError('WRONG_OPERAND_COUNT', "'ctr pull' requires 1 argument", {
    exitCode: 1,
    usage: true,
  });
}
