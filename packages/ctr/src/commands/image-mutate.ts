import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { openImageStore } from '@ctrkit/image-store';
import { directoriesOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { mutateOptions, mutation, platformOption, tagOption } from './image-made-options.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE',
  options: { ...directoryOptions, ...platformOption, ...tagOption, ...mutateOptions },
  async run({ options, operands: [image] }, { stdout, env, signal }) {
    const store = await openImageStore(directoriesOf(options, env));
    const { id } = await store.mutate(image, mutation(options, signal));
    stdout.write(`${id}\n`);
  },
});
