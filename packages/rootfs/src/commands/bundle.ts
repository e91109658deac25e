import { defineCommand, progressOption, rootDirectory } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { findImage } from '../find-image.ts';
import { writeBundle } from '../write-bundle.ts';
import { rootOption } from './root-option.ts';
import { showEvents } from './show-events.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE BUNDLE -- [COMMAND] [ARG...]',
  options: {
    ...rootOption,
    progress: progressOption,
    copy: { type: 'boolean', describe: 'Fill rootfs/ instead of mounting the layers' },
  },
  async run({ options, operands: [reference, bundle, ...args] }, context) {
    const root = options.root ?? rootDirectory(context.env);
    const { layout, image } = await findImage(reference, root);
    const events = showEvents(context.progress(options.progress));
    await writeBundle(layout, image, bundle, {
      root,
      args: args.filter((arg) => arg !== undefined),
      copy: options.copy,
      signal: context.signal,
      onEvent: events.onEvent,
    });
    events.finish();
  },
});
