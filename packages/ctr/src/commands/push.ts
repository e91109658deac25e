import { defineCommand, progressOption } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { pushImage } from '@ctrkit/engine';
import { formatReference, isNameOnly, parseReference } from '@ctrkit/oci';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { tagWithAllTags } from './tag-with-all-tags.ts';

export const command: Command = defineCommand({
  operands: 'NAME[:TAG]',
  options: {
    ...directoryOptions,
    'all-tags': {
      type: 'boolean',
      alias: 'a',
      describe: 'Push all tags of an image to the repository',
    },
    platform: { type: 'string', describe: 'Push only the image of this platform' },
    progress: progressOption,
    quiet: { type: 'boolean', alias: 'q', describe: 'Suppress verbose output' },
  },
  async run({ options, operands: [name] }, context) {
    const { stdout, signal } = context;
    const { quiet, platform } = options;
    const allTags = options['all-tags'];
    if (allTags && !isNameOnly(name)) {
      throw tagWithAllTags();
    }
    const engine = engineOf(options, context.env);
    const { registry, repository, ...wanted } = parseReference(name);
    const say = (line: string): void => void (quiet || stdout.write(`${line}\n`));
    if (!allTags && isNameOnly(name)) say('Using default tag: latest');
    say(`The push refers to repository [${formatReference({ registry, repository })}]`);
    const progress = context.progress(quiet ? 'none' : options.progress);
    await pushImage(engine, name, {
      platform,
      allTags,
      signal,
      onEvent: progress.event,
      onPushed: ({ tag, digest, size }) => say(`${tag}: digest: ${digest} size: ${size}`),
    });
    progress.stop();
    const pushed = { registry, repository, ...(allTags ? {} : wanted) };
    if (quiet) stdout.write(`${formatReference(pushed)}\n`);
  },
});
