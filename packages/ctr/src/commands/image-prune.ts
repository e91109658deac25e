import { defineCommand, filterOption, formatBytes, formatError } from '@ctrkit/cli-kit';
import type { Command, Output } from '@ctrkit/cli-kit';
import { collectUnusedLayers, findPrunableImages, pruneImages } from '@ctrkit/engine';
import { imageFilter, pruneFilters } from '@ctrkit/image-store';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';
import { mayPrune } from './may-prune.ts';
import { moment } from './moment.ts';
import { printPrunable } from './print-prunable.ts';
import { pruneOptions } from './prune-options.ts';
import { removedLines } from './removed-lines.ts';

const warning = (all: boolean): string =>
  `WARNING! This will remove all ${
    all ? 'images without at least one container associated to them' : 'dangling images'
  }.\n`;

export const command: Command = defineCommand({
  options: {
    ...directoryOptions,
    ...pruneOptions,
    all: {
      type: 'boolean',
      alias: 'a',
      describe: 'Remove all unused images, not just dangling ones',
    },
    filter: {
      ...filterOption,
      alias: [],
      describe: "Provide filter values (e.g. 'until=<timestamp>')",
    },
  },
  async run({ options }, context) {
    const { stdout, stderr } = context;
    const engine = engineOf(options, context.env);
    const images = await findPrunableImages(engine, {
      images: options.all ? 'unused' : 'dangling',
      filter: imageFilter(options.filter, pruneFilters, moment),
    });
    const prunable = { containers: [], images, volumes: [] };
    const print = (output: Output): void => printPrunable(prunable, output);
    const pruning = { warning: warning(options.all), print };
    if (!(await mayPrune(pruning, options, context))) return;
    const removed = await pruneImages(engine, images);
    let { reclaimed } = removed;
    // The images are gone; what was unpacked of them is only in the way of the disk.
    if (removed.images.length > 0) {
      try {
        reclaimed += (await collectUnusedLayers(engine)).reclaimed;
      } catch (error) {
        stderr.write(`WARNING: ${formatError(error).join('; ')}\n`);
      }
    }
    const lines = removedLines(removed, { untagged: 'untagged', deleted: 'deleted' });
    if (lines.length > 0) stdout.write(`Deleted Images:\n${lines.join('\n')}\n\n`);
    stdout.write(`Total reclaimed space: ${formatBytes(reclaimed, 4)}\n`);
  },
});
