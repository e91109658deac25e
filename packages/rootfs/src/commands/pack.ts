import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { packTree } from '../pack/pack-tree.ts';
import { directoryTree } from '../tree.ts';
import { existingDirectory } from './existing-directory.ts';
import { outputOption, writeLayerTo } from './output-option.ts';
import { showEvents } from './show-events.ts';

export const command: Command = defineCommand({
  operands: 'DIRECTORY',
  options: outputOption,
  async run({ options, operands: [directory] }, context) {
    const events = showEvents(context.progress('plain'));
    const layer = packTree(directoryTree(existingDirectory(directory)), {
      signal: context.signal,
      onEvent: events.onEvent,
    });
    await writeLayerTo(options.output, layer, context);
    events.finish();
  },
});
