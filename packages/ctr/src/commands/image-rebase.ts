import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { openImageStore } from '@ctrkit/image-store';
import { parsePlatform } from '@ctrkit/oci';
import { directoriesOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { platformOption, tagOption } from './image-made-options.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE OLD-BASE NEW-BASE',
  options: { ...directoryOptions, ...platformOption, ...tagOption },
  async run({ options, operands: [image, oldBase, newBase] }, { stdout, env, signal }) {
    const { tag, platform } = options;
    const store = await openImageStore(directoriesOf(options, env));
    const { id } = await store.rebase(image, {
      oldBase,
      newBase,
      signal,
      ...(tag !== undefined && { name: tag }),
      ...(platform !== undefined && { platform: parsePlatform(platform) }),
    });
    stdout.write(`${id}\n`);
  },
});
