import { pipeline } from 'node:stream/promises';
import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { prepareImage } from '@ctrkit/engine';
import { layersTree, readFileOf } from '@ctrkit/rootfs';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE PATH [PATH...]',
  options: {
    ...directoryOptions,
    platform: { type: 'string', describe: 'Read an image of this platform' },
  },
  async run({ options, operands: [name, ...paths] }, { stdout, env, signal }) {
    const { platform } = options;
    const engine = engineOf(options, env);
    using image = await prepareImage(engine, name, { pull: 'never', platform, signal });
    for (const path of paths) {
      await pipeline(readFileOf(layersTree(image.layers), path, { signal }), stdout.stream());
    }
  },
});
