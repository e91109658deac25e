import { defineCommand, progressOption, rootDirectory } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { explain } from '@ctrkit/syscalls';
import { findImage } from '../find-image.ts';
import { explainImage, unpackImage } from '../unpack-image.ts';
import { rootOption } from './root-option.ts';
import { showEvents } from './show-events.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE TARGET',
  options: {
    ...rootOption,
    progress: progressOption,
    explain: { type: 'boolean', describe: 'Print the operations instead of carrying them out' },
  },
  async run({ options, operands: [reference, target] }, context) {
    const { stdout, signal } = context;
    const { layout, image } = await findImage(
      reference,
      options.root ?? rootDirectory(context.env),
    );
    if (options.explain) {
      await explainImage(layout, image, target, (operation) =>
        stdout.write(`${explain(operation)}\n`),
      );
      return;
    }
    const events = showEvents(context.progress(options.progress));
    await unpackImage(layout, image, target, { signal, onEvent: events.onEvent });
    events.finish();
  },
});
