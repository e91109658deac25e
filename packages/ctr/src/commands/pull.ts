import { defineCommand, progressOption } from '@ctrkit/cli-kit';
import type { Command, Context, ProgressMode } from '@ctrkit/cli-kit';
import { pullImage, remoteTags } from '@ctrkit/engine';
import type { Engine } from '@ctrkit/engine';
import { formatReference, parseReference } from '@ctrkit/oci';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { isNameOnly, tagWithAllTags } from './is-name-only.ts';
import { linesAfter, linesBefore } from './pull-lines.ts';

export const command: Command = defineCommand({
  operands: 'NAME[:TAG|@DIGEST]',
  options: {
    ...directoryOptions,
    'all-tags': {
      type: 'boolean',
      alias: 'a',
      describe: 'Download all tagged images in the repository',
    },
    platform: { type: 'string', describe: 'Pull an image of this platform' },
    progress: progressOption,
    quiet: { type: 'boolean', alias: 'q', describe: 'Suppress verbose output' },
  },
  async run({ options, operands: [name] }, context) {
    const engine = engineOf(options, context.env);
    if (!options['all-tags']) return await pullOne(engine, name, options, context);
    if (!isNameOnly(name)) {
      throw tagWithAllTags();
    }
    for await (const tagged of remoteTags(name, { signal: context.signal })) {
      await pullOne(engine, tagged, options, context);
    }
  },
});

interface PullFlags {
  readonly platform: string | undefined;
  readonly quiet: boolean;
  readonly progress: ProgressMode;
}

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
