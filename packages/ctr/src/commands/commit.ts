import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { commitContainer } from '@ctrkit/engine';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';

export const command: Command = defineCommand({
  operands: 'CONTAINER [REPOSITORY[:TAG]]',
  options: {
    ...directoryOptions,
    author: {
      type: 'string',
      alias: 'a',
      describe: 'Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")',
    },
    change: {
      type: 'array',
      alias: 'c',
      valueName: 'list',
      describe: 'Apply Dockerfile instruction to the created image',
    },
    message: { type: 'string', alias: 'm', describe: 'Commit message' },
    pause: {
      type: 'boolean',
      alias: 'p',
      default: true,
      describe: 'Pause container during commit',
    },
  },
  async run({ options, operands: [container, name] }, context) {
    const { author, change, message, pause } = options;
    const id = await commitContainer(engineOf(options, context.env), container, {
      name,
      changes: change,
      author,
      message,
      pause,
      signal: context.signal,
      onEvent: (event) => {
        if (event.type !== 'dropped') return;
        context.stderr.write(`left out ${event.what} ${event.path}\n`);
      },
    });
    context.stdout.write(`${id}\n`);
  },
});
