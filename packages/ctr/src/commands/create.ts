import { defineCommand, progressOption } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { createContainer, prepareImage } from '@ctrkit/engine';
import { createChoices, createOptions } from './create-options.ts';
import { directoryOptions } from './directory-options.ts';
import { mountOptions } from './mount-options.ts';
import { processOptions } from './process-options.ts';
import { engineOf } from './directories.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE [COMMAND] [ARG...]',
  trailing: true,
  options: {
    ...directoryOptions,
    ...processOptions,
    ...createOptions,
    ...mountOptions,
    progress: progressOption,
  },
  async run({ options, operands: [name, ...args] }, context) {
    const engine = engineOf(options, context.env);
    const progress = context.progress(options.quiet ? 'none' : options.progress);
    using image = await prepareImage(engine, name, {
      pull: options.pull,
      platform: options.platform,
      signal: context.signal,
      onEvent: progress.event,
    });
    progress.stop();
    const choices = createChoices(options, args, context.env, { attached: true });
    context.stdout.write(`${await createContainer(engine, image, choices)}\n`);
  },
});
