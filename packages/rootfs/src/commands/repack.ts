import { defineCommand, progressOption, rootDirectory } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { ensureLayers } from '../ensure-layers.ts';
import { findImage } from '../find-image.ts';
import { claimLayers } from '../layer-claims.ts';
import { packDifference } from '../pack/pack-difference.ts';
import { directoryTree, layersTree } from '../tree.ts';
import { existingDirectory } from './existing-directory.ts';
import { outputOption, writeLayerTo } from './output-option.ts';
import { rootOption } from './root-option.ts';
import { showEvents } from './show-events.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE DIRECTORY',
  options: { ...rootOption, ...outputOption, progress: progressOption },
  async run({ options, operands: [reference, directory] }, context) {
    const root = options.root ?? rootDirectory(context.env);
    const upper = directoryTree(existingDirectory(directory));
    const { layout, image } = await findImage(reference, root);
    const { signal } = context;
    const { onEvent, finish } = showEvents(context.progress(options.progress));
    using claim = await claimLayers(root, image, { signal });
    const lowers = await ensureLayers(layout, image, { root, claim, signal, onEvent });
    const lower = lowers.length === 0 ? undefined : layersTree(lowers);
    const layer = packDifference({ lower, upper, signal, onEvent });
    await writeLayerTo(options.output, layer, context);
    finish();
  },
});
