import { defineCommand, printable } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { listImageFiles } from '@ctrkit/engine';
import type { ListedFile } from '@ctrkit/engine';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { platformOption } from './image-made-options.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE',
  options: {
    ...directoryOptions,
    ...platformOption,
    layer: {
      type: 'string',
      valueName: 'N|DIGEST',
      describe: 'Only what this layer has: 1 is the lowest, -1 the uppermost',
    },
    format: {
      type: 'string',
      choices: ['text', 'json'],
      default: 'text',
      describe: 'A line each for people (text), or an object a line for programs (json)',
    },
  },
  async run({ options, operands: [image] }, { stdout, env, signal }) {
    const { layer, platform, format } = options;
    const files = await listImageFiles(engineOf(options, env), image, { layer, platform, signal });
    const show = format === 'json' ? JSON.stringify : lineOf;
    for (const file of files) stdout.write(`${show(file)}\n`);
  },
});

const letters = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  character: 'c',
  block: 'b',
  fifo: 'p',
  removed: 'D',
} as const;

const WIDTH = 12;

function lineOf({ layer, type, mode, uid, gid, size, path, target }: ListedFile): string {
  const permissions = (mode ?? 0).toString(8).padStart(4, '0');
  const owner = `${uid ?? 0}:${gid ?? 0}`;
  const leads = target === undefined ? '' : ` -> ${target}`;
  const fields = type === 'removed' ? '' : `${permissions} ${owner.padEnd(WIDTH)}`;
  const bytes = type === 'removed' ? '' : String(size ?? 0).padStart(WIDTH);
  return printable(`${layer} ${letters[type]} ${fields}${bytes} ${path}${leads}`.replace(/ +(?=\/)/, ' ')); // prettier-ignore
}
