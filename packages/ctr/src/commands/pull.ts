import { CliError, defineCommand, progressOption } from '@ctrkit/cli-kit';
import type { Command, Context, ProgressMode } from '@ctrkit/cli-kit';
import { pullImage, remoteTags } from '@ctrkit/engine';
import type { Engine } from '@ctrkit/engine';
import { formatReference, isNameOnly, parseReference } from '@ctrkit/oci';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { tagWithAllTags } from './tag-with-all-tags.ts';
import { pullFromLock } from './pull-from-lock.ts';
import { linesAfter, linesBefore } from './pull-lines.ts';

interface PullFlags {
  readonly platform: string | undefined;
  readonly quiet: boolean;
  readonly progress: ProgressMode;
}

export const command: Command = defineCommand({
  operands: '[NAME[:TAG|@DIGEST]]',
  options: {
    ...directoryOptions,
    'all-tags': {
      type: 'boolean',
      alias: 'a',
      describe: 'Download all tagged images in the repository',
    },
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
    const { locked } = options;
    if (locked !== undefined) return await pullLocked(engine, locked, name, options, context);
    if (!options['all-tags']) return await pullOne(engine, required(name), options, context);
    await pullAllTags(engine, required(name), options, context);
  },
});

async function pullOne(
  engine: Engine,
  name: string,
  { platform, quiet, progress: mode }: PullFlags,
  context: Context,
): Promise<void> {
  const progress = context.progress(quiet ? 'none' : mode);
  const say = (text: string): void => progress.event({ type: 'message', text });
  linesBefore(name).forEach(say);
  const { signal } = context;
  const image = await pullImage(engine, name, { platform, signal, onEvent: progress.event });
  // What the live line was about is over.
  progress.stop();
  linesAfter(image).forEach(say);
  context.stdout.write(`${formatReference(parseReference(name))}\n`);
}

async function pullAllTags(
  engine: Engine,
  name: string,
  flags: PullFlags,
  context: Context,
): Promise<void> {
  if (!isNameOnly(name)) throw tagWithAllTags();
  const { signal, stderr } = context;
  const onMessage = (text: string): void => stderr.write(`${text}\n`);
  for await (const tagged of remoteTags(name, { signal, onMessage })) {
    await pullOne(engine, tagged, flags, context);
  }
}

async function pullLocked(
  engine: Engine,
  path: string,
  name: string | undefined,
  { platform, quiet, progress: mode }: PullFlags,
  context: Context,
): Promise<void> {
  const progress = context.progress(quiet ? 'none' : mode);
  const choices = { platform, signal: context.signal, onEvent: progress.event };
  const pulled = await pullFromLock(engine, path, name, choices);
  progress.stop();
  context.stdout.write(pulled.map((image) => `${image.name}\n`).join(''));
}

function required(name: string | undefined): string {
  if (name !== undefined) return name;
  throw new CliError('WRONG_OPERAND_COUNT', "'ctr pull' requires 1 argument", {
    exitCode: 1,
    usage: true,
  });
}
