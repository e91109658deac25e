import { defineCommand, formatBytes } from '@ctrkit/cli-kit';
import type { Command, Output } from '@ctrkit/cli-kit';
import { findPrunable, pruneContainers } from '@ctrkit/engine';
import { mayPrune } from './may-prune.ts';
import { printPrunable } from './print-prunable.ts';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';
import { pruneOptions } from './prune-options.ts';

export const command: Command = defineCommand({
  options: { ...directoryOptions, ...pruneOptions },
  async run({ options }, context) {
    const engine = engineOf(options, context.env);
    const { containers } = await findPrunable(engine, { images: 'none' });
    const prunable = { containers, images: [], volumes: [] };
    const print = (output: Output): void => printPrunable(prunable, output);
    const warning = 'WARNING! This will remove all stopped containers.\n';
    if (!(await mayPrune({ warning, print }, options, context))) return;
    const { deleted, reclaimed } = await pruneContainers(engine, containers);
    if (deleted.length > 0) {
      context.stdout.write(`Deleted Containers:\n${deleted.join('\n')}\n\n`);
    }
    context.stdout.write(`Total reclaimed space: ${formatBytes(reclaimed, 4)}\n`);
  },
});
