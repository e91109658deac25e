import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { openImageStore } from '@ctrkit/image-store';
import { directoriesOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE [NAME...]',
  options: directoryOptions,
  async run({ options, operands: [image, ...names] }, { env }) {
    const store = await openImageStore(directoriesOf(options, env));
    await store.untag(image, names);
  },
});
