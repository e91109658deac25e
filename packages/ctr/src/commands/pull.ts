import { CliError, defineCommand, progressOption } from '@ctrkit/cli-kit';
import type { Command, Context, ProgressMode } from '@ctrkit/cli-kit';
import { pullImage, remoteTags } from '@ctrkit/engine';
import type { Engine } from '@ctrkit/engine';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { isNameOnly, tagWithAllTags } from './is-name-only.ts';
import { pullFromLock } from './pull-from-lock.ts';

interface PullFlags {
  readonly 'all-tags': boolean;
  readonly locked: string | undefined;
  readonly platform: string | undefined;
  readonly quiet: boolean;
  readonly progress: ProgressMode;
}

type Pulled = AsyncGenerator<{ readonly name: string }>;

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
    for await (const image of pulls(engineOf(options, context.env), name, options, context)) {
      context.stdout.write(`${image.name}\n`);
    }
  },
});

async function* pulls(
  engine: Engine,
  name: string | undefined,
  flags: PullFlags,
  context: Context,
): Pulled {
  const progress = context.progress(flags.quiet ? 'none' : flags.progress);
  const { platform, locked } = flags;
  const choices = { platform, signal: context.signal, onEvent: progress.event };
  if (locked !== undefined) yield* await pullFromLock(engine, locked, name, choices);
  else if (flags['all-tags']) yield* allTags(engine, required(name), choices);
  else yield await pullImage(engine, required(name), choices);
  progress.stop();
}

async function* allTags(
  engine: Engine,
  name: string,
  choices: Parameters<typeof pullImage>[2] & { readonly signal: AbortSignal },
): Pulled {
  if (!isNameOnly(name)) throw tagWithAllTags();
  for await (const tagged of remoteTags(name, { signal: choices.signal })) {
    yield await pullImage(engine, tagged, choices);
  }
}

function required(name: string | undefined): string {
  if (name !== undefined) return name;
  throw new CliError('WRONG_OPERAND_COUNT', "'ctr pull' requires 1 argument", {
    exitCode: 1,
    usage: true,
  });
}
