import { defineCommand, printableLine } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { containerChanges } from '@ctrkit/engine';
import { engineOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';

/** Docker's letters. */
const letters = { added: 'A', modified: 'C', deleted: 'D' } as const;

export const command: Command = defineCommand({
  operands: 'CONTAINER',
  options: directoryOptions,
  async run({ options, operands: [name] }, { stdout, env }) {
    const changes = await containerChanges(engineOf(options, env), name);
    const lines = changes.map(
      ({ kind, path }) => `${letters[kind]} ${printableLine(String(path))}\n`,
    );
    stdout.write(lines.join(''));
  },
});
