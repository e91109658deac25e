import { defineCommand, formatError, parseBytes, progressOption } from '@ctrkit/cli-kit';
import type { Command, Context, Values } from '@ctrkit/cli-kit';
import { hasLimits, prepareImage, runContainer, sweep } from '@ctrkit/engine';
import type { CreateOptions, Engine, RunnableImage } from '@ctrkit/engine';
import { startExitCode } from '@ctrkit/ns-exec';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { takeSignals } from '../take-signals.ts';
import type { TakenSignals } from '../take-signals.ts';
import { environmentOf } from '../environment.ts';

function parseCpus(text: string): number {
  if (/^\d*\.?\d+$/.test(text)) return Number(text);
  throw new Error(`${JSON.stringify(text)} is not a number of CPUs`);
}

function warnAboutLimits(options: CreateOptions, { stderr }: Context): void {
  if (process.geteuid?.() === 0 || !hasLimits(options.limits ?? {})) return;
  stderr.write('WARNING: limits need a cgroup that this user may write: run without limits\n');
}

const runOptions = {
  ...directoryOptions,
  cpus: {
    type: 'string',
    valueName: 'decimal',
    coerce: parseCpus,
    describe: 'Number of CPUs',
  },
  entrypoint: { type: 'string', describe: 'Overwrite the default ENTRYPOINT of the image' },
  env: { type: 'array', alias: 'e', describe: 'Set environment variables' },
  hostname: { type: 'string', alias: 'h', describe: 'Container host name' },
  memory: {
    type: 'string',
    alias: 'm',
    valueName: 'bytes',
    coerce: parseBytes,
    describe: 'Memory limit',
  },
  name: { type: 'string', describe: 'Assign a name to the container' },
  network: {
    type: 'string',
    choices: ['none', 'host'],
    default: 'none',
    describe: 'Connect a container to a network: none, host',
  },
  'pids-limit': {
    type: 'number',
    describe: 'Tune container pids limit (0 or -1 for unlimited)',
  },
  platform: {
    type: 'string',
    describe: 'Use an image of this platform if the registry has several',
  },
  progress: progressOption,
  pull: {
    type: 'string',
    choices: ['missing', 'always', 'never'],
    default: 'missing',
    describe: 'Pull image before running: always, missing, never',
  },
  quiet: { type: 'boolean', alias: 'q', describe: 'Suppress the pull output' },
  rm: { type: 'boolean', describe: 'Automatically remove the container when it exits' },
  user: {
    type: 'string',
    alias: 'u',
    describe: 'Username or UID (format: <name|uid>[:<group|gid>])',
  },
  workdir: { type: 'string', alias: 'w', describe: 'Working directory inside the container' },
} as const;

async function runImage(
  engine: Engine,
  image: Promise<RunnableImage>,
  options: CreateOptions,
  signals: TakenSignals,
  { stderr }: Context,
): Promise<number> {
  const container = await runContainer(engine, image, { ...options, signal: signals.signal });
  signals.passTo(container);
  for (const warning of container.warnings) stderr.write(`WARNING: ${warning}\n`);
  // While the container runs, nobody waits for us to tidy up.
  const swept = sweep(engine).catch((error: unknown) => {
    stderr.write(`WARNING: ${formatError(error).join('; ')}\n`);
  });
  const { code, warnings } = await container.wait();
  for (const warning of warnings) stderr.write(`WARNING: ${warning}\n`);
  await swept;
  return code;
}

export const command: Command = defineCommand({
  operands: 'IMAGE [COMMAND] [ARG...]',
  trailing: true,
  options: runOptions,
  errorExitCode: 125,
  pointToHelp: true,
  async run({ options, operands: [name, ...args] }, context) {
    const engine = engineOf(options, context.env);
    const create = createOptions(options, args, context.env);
    using signals = takeSignals(() =>
      context.stderr.write('ctr: got 3 SIGTERM/SIGINTs, killing the container\n'),
    );
    const progress = context.progress(options.quiet ? 'none' : options.progress);
    const image = prepareImage(engine, name, {
      pull: options.pull,
      platform: options.platform,
      signal: signals.signal,
      onEvent: progress.event,
    }).finally(() => progress.stop());
    warnAboutLimits(create, context);
    try {
      return await runImage(engine, image, create, signals, context);
    } catch (error) {
      throw (
        signals.reasonFor(error) ??
        Object.assign(error as Error, { exitCode: startExitCode(error) })
      );
    }
  },
});

function createOptions(
  options: Values<typeof runOptions>,
  args: readonly (string | undefined)[],
  env: NodeJS.ProcessEnv,
): CreateOptions {
  return {
    command: args.filter((arg) => arg !== undefined),
    env: environmentOf(options.env, env),
    network: options.network,
    limits: { memory: options.memory, cpus: options.cpus, pids: options['pids-limit'] },
    autoRemove: options.rm,
    name: options.name,
    hostname: options.hostname,
    entrypoint: options.entrypoint,
    user: options.user,
    workdir: options.workdir,
  };
}
