import { defineCommand } from '@ctrkit/cli-kit';
import type { Command, Context, Values } from '@ctrkit/cli-kit';
import { findContainer, forkContainer, startContainer } from '@ctrkit/engine';
import type { Engine, ForkOptions } from '@ctrkit/engine';
import { startExitCode } from '@ctrkit/ns-exec';
import { environmentOf } from '../environment.ts';
import { labelsOf } from '../labels.ts';
import { createOptions } from './create-options.ts';
import { detachKeys, detachKeysOption } from './detach-keys.ts';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { processOptions } from './process-options.ts';
import { requireTerminal } from './require-terminal.ts';
import { passOrResize } from './terminal-signals.ts';
import { warnAboutLimits } from './warn-about-limits.ts';

const { network: _n, platform: _p, pull: _u, quiet: _q, userns: _s, ...choices } = createOptions;

const options = {
  ...directoryOptions,
  ...processOptions,
  ...choices,
  detach: {
    type: 'boolean',
    alias: 'd',
    describe: 'Run container in background and print container ID',
  },
  'detach-keys': detachKeysOption,
  'no-start': { type: 'boolean', describe: 'Only make it, to be started later' },
} as const;

function forkOptions(
  given: Values<typeof options>,
  args: readonly (string | undefined)[],
  { env, signal }: Context,
): ForkOptions {
  const { memory, cpus, entrypoint, hostname, label, name, rm, user, workdir } = given;
  return {
    command: args.filter((arg) => arg !== undefined),
    env: environmentOf(given.env, env),
    limits: { memory, cpus, pids: given['pids-limit'] },
    labels: labelsOf(label),
    autoRemove: rm,
    stopSignal: given['stop-signal'],
    // What the first one has, unless it is asked for.
    ...(given.tty ? { terminal: true } : {}),
    ...(given.interactive ? { stdin: given.detach ? ('open' as const) : ('once' as const) } : {}),
    entrypoint,
    hostname,
    name,
    user,
    workdir,
    signal,
  };
}

const stream = (isThere: boolean): 'inherit' | 'none' => (isThere ? 'inherit' : 'none');

async function startFork(
  engine: Engine,
  id: string,
  { detach, 'detach-keys': keys }: Values<typeof options>,
  { stdout, stderr }: Context,
): Promise<number> {
  const { terminal, input } = findContainer(engine, id);
  const hasInput = !detach && input !== 'none';
  const container = await startContainer(engine, id, {
    output: stream(!detach),
    input: stream(hasInput),
    tied: !detach,
    detachKeys: detachKeys(keys),
  });
  for (const warning of container?.warnings ?? []) stderr.write(`WARNING: ${warning}\n`);
  if (detach || container === undefined) {
    container?.release();
    stdout.write(`${id}\n`);
    return 0;
  }
  using _signals = passOrResize(container, !terminal);
  const exit = await container.wait();
  if (exit === 'detached') return 0;
  for (const warning of exit.warnings) stderr.write(`WARNING: ${warning}\n`);
  return exit.code;
}

export const command: Command = defineCommand({
  operands: 'CONTAINER [COMMAND] [ARG...]',
  trailing: true,
  options,
  errorExitCode: 125,
  pointToHelp: true,
  async run({ options: given, operands: [container, ...args] }, context) {
    const engine = engineOf(given, context.env);
    const isMade = given['no-start'];
    const { terminal, input } = findContainer(engine, container);
    const isAttached = !given.detach && !isMade;
    const hasInput = given.interactive || input !== 'none';
    requireTerminal(isAttached && hasInput && (given.tty || terminal));
    const chosen = forkOptions(given, args, context);
    warnAboutLimits(chosen.limits, context);
    const id = await forkContainer(engine, container, chosen);
    if (isMade) {
      context.stdout.write(`${id}\n`);
      return 0;
    }
    try {
      return await startFork(engine, id, given, context);
    } catch (error) {
      throw Object.assign(error as Error, { exitCode: startExitCode(error) });
    }
  },
});
