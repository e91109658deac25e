import { defineCommand, formatError, progressOption } from '@ctrkit/cli-kit';
import type { Command, Context } from '@ctrkit/cli-kit';
import { prepareImage, runContainer, sweep } from '@ctrkit/engine';
import type { AttachOptions, CreateOptions, Engine, RunnableImage } from '@ctrkit/engine';
import { startExitCode } from '@ctrkit/ns-exec';
import { createChoices, createOptions } from './create-options.ts';
import { detachKeys, detachKeysOption } from './detach-keys.ts';
import { directoryOptions } from './directory-options.ts';
import { mountOptions } from './mount-options.ts';
import { processOptions } from './process-options.ts';
import { engineOf } from './directories.ts';
import { requireTerminal } from './require-terminal.ts';
import { warnAboutLimits } from './warn-about-limits.ts';
import { takeSignals } from '../take-signals.ts';
import type { TakenSignals } from '../take-signals.ts';

// The container keeps its layers by itself; where there is none, nobody needs them.
function release(image: Promise<RunnableImage>): void {
  image.then(
    (prepared) => prepared.release(),
    () => {},
  );
}

// What the kernel takes its time for is asked of it first.
const afterwards = async <T>(act: () => Promise<T>): Promise<T> => {
  await new Promise((resolve) => setImmediate(resolve));
  return await act();
};

async function runImage(
  engine: Engine,
  image: Promise<RunnableImage>,
  options: CreateOptions & AttachOptions,
  signals: TakenSignals,
  { stdout, stderr }: Context,
): Promise<number> {
  const container = await runContainer(engine, image, {
    ...options,
    signal: signals.signal,
  }).finally(() => release(image));
  for (const warning of container.warnings) stderr.write(`WARNING: ${warning}\n`);
  if (options.tied === false) {
    stdout.write(`${container.id}\n`);
    return 0;
  }
  signals.passTo(container);
  // While the container runs, nobody waits for us to tidy up.
  const swept = sweep(engine).catch((error: unknown) => {
    stderr.write(`WARNING: ${formatError(error).join('; ')}\n`);
  });
  const exit = await container.wait();
  if (exit === 'detached') return 0;
  for (const warning of exit.warnings) stderr.write(`WARNING: ${warning}\n`);
  await swept;
  return exit.code;
}

export const command: Command = defineCommand({
  operands: 'IMAGE [COMMAND] [ARG...]',
  trailing: true,
  options: {
    ...directoryOptions,
    ...processOptions,
    ...createOptions,
    ...mountOptions,
    progress: progressOption,
    detach: {
      type: 'boolean',
      alias: 'd',
      describe: 'Run container in background and print container ID',
    },
    'detach-keys': detachKeysOption,
  },
  errorExitCode: 125,
  pointToHelp: true,
  async run({ options, operands: [name, ...args] }, context) {
    const attached = !options.detach;
    requireTerminal(options.interactive && options.tty && attached);
    const engine = engineOf(options, context.env);
    const choices: CreateOptions & AttachOptions = {
      ...createChoices(options, args, context.env, { attached }),
      output: attached ? 'inherit' : 'none',
      input: attached && options.interactive ? 'inherit' : 'none',
      tied: attached,
      detachKeys: detachKeys(options['detach-keys']),
    };
    using signals = takeSignals(() =>
      context.stderr.write('ctr: got 3 SIGTERM/SIGINTs, killing the container\n'),
    );
    const image = afterwards(() => {
      const progress = context.progress(options.quiet ? 'none' : options.progress);
      return prepareImage(engine, name, {
        pull: options.pull,
        platform: options.platform,
        signal: signals.signal,
        onEvent: progress.event,
      }).finally(() => progress.stop());
    });
    warnAboutLimits(choices.limits, context);
    try {
      return await runImage(engine, image, choices, signals, context);
    } catch (error) {
      throw (
        signals.reasonFor(error) ??
        Object.assign(error as Error, { exitCode: startExitCode(error) })
      );
    }
  },
});
