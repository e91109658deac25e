import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { packDifference } from '../pack/pack-difference.ts';
import { directoryTree } from '../tree.ts';
import { outputOption, writeLayerTo } from './output-option.ts';
import { existingDirectory } from './existing-directory.ts';
import { showEvents } from './show-events.ts';

export const command: Command = defineCommand({
  operands: 'LOWER UPPER',
  options: outputOption,
  async run({ options, operands: [lower, upper] }, context) {
    const events = showEvents(context.progress('plain'));
    const layer = packDifference({
      lower: directoryTree(existingDirectory(lower)),
      upper: directoryTree(existingDirectory(upper)),
      signal: context.signal,
      onEvent: events.onEvent,
    });
    await writeLayerTo(options.output, layer, context);
    events.finish();
  },
});
