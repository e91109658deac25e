import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { imageTree } from '@ctrkit/engine';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { treeText } from './image-tree-text.ts';

export const command: Command = defineCommand({
  operands: '[IMAGE]',
  options: {
    ...directoryOptions,
    whatrequires: {
      type: 'boolean',
      describe: 'Show all child images and layers of the specified image',
    },
    format: {
      type: 'string',
      choices: ['text', 'json'],
      default: 'text',
      describe: 'A tree for people (text), or an object (json)',
    },
  },
  async run({ options, operands: [image] }, { stdout, env }) {
    const engine = engineOf(options, env);
    const tree = await imageTree(engine, image, { isWithChildren: options.whatrequires });
    stdout.write(options.format === 'json' ? `${JSON.stringify(tree)}\n` : treeText(tree));
  },
});
