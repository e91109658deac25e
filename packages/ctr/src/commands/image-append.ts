import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { openImageStore } from '@ctrkit/image-store';
import { directoriesOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { mutateOptions, mutation, platformOption, tagOption } from './image-made-options.ts';
import { openFile } from './open-file.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE FILE|-',
  options: { ...directoryOptions, ...platformOption, ...tagOption, ...mutateOptions },
  async run({ options, operands: [image, file] }, { stdin, stdout, env, signal }) {
    const store = await openImageStore(directoriesOf(options, env));
    const layer = file === '-' ? stdin() : await openFile(file);
    const { id } = await store.append(image, layer, mutation(options, signal));
    stdout.write(`${id}\n`);
  },
});
