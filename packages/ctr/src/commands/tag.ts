import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { openImageStore } from '@ctrkit/image-store';
import { directoriesOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';

export const command: Command = defineCommand({
  operands: 'SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  options: directoryOptions,
  async run({ options, operands: [image, name] }, { env }) {
    const store = await openImageStore(directoriesOf(options, env));
    await store.tag(image, name);
  },
});
