import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { flattenImage } from '@ctrkit/engine';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { mutateOptions, platformOption, tagOption } from './image-made-options.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE',
  options: { ...directoryOptions, ...platformOption, ...tagOption, ...mutateOptions },
  async run({ options, operands: [image] }, { stdout, stderr, env, signal }) {
    const { tag: name, platform, author, message, change: changes } = options;
    const id = await flattenImage(engineOf(options, env), image, {
      name,
      platform,
      author,
      message,
      changes,
      signal,
      onEvent: (event) => {
        if (event.type !== 'dropped') return;
        stderr.write(`left out ${event.what} ${event.path}\n`);
      },
    });
    stdout.write(`${id}\n`);
  },
});
