import { defineCommand, filterOption, formatBytes } from '@ctrkit/cli-kit';
import type { Command, Output } from '@ctrkit/cli-kit';
import { listVolumes, pruneVolumes } from '@ctrkit/engine';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';
import { mayPrune } from './may-prune.ts';
import { printPrunable } from './print-prunable.ts';
import { pruneOptions } from './prune-options.ts';
import { volumeFilter } from './volume-filter.ts';

const warning = (all: boolean): string =>
  `WARNING! This will remove ${all ? 'all' : 'anonymous'} local volumes not used by at least one container.\n`;

export const command: Command = defineCommand({
  options: {
    ...directoryOptions,
    ...pruneOptions,
    all: {
      type: 'boolean',
      alias: 'a',
      describe: 'Remove all unused volumes, not just anonymous ones',
    },
    filter: {
      ...filterOption,
      alias: [],
      describe: "Provide filter values (e.g. 'label=<label>')",
    },
  },
  async run({ options }, context) {
    const { stdout } = context;
    const engine = engineOf(options, context.env);
    const test = volumeFilter(options.filter, ['label', 'label!']);
    const volumes = listVolumes(engine).filter(
      (volume) => volume.users.length === 0 && (options.all || volume.anonymous) && test(volume),
    );
    const prunable = { containers: [], images: [], volumes };
    const print = (output: Output): void => printPrunable(prunable, output);
    const pruning = { warning: warning(options.all), print };
    if (!(await mayPrune(pruning, options, context))) return;
    const { deleted, reclaimed } = await pruneVolumes(engine, volumes);
    if (deleted.length > 0) stdout.write(`Deleted Volumes:\n${deleted.join('\n')}\n\n`);
    stdout.write(`Total reclaimed space: ${formatBytes(reclaimed, 4)}\n`);
  },
});
