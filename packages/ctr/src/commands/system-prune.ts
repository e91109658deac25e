import { defineCommand, formatBytes } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { findPrunable, pruneContainers, pruneImages } from '@ctrkit/engine';
import { confirm } from './confirm.ts';
import { printPrunable } from './print-prunable.ts';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';
import { pruneOptions } from './prune-options.ts';

function warning(all: boolean): string {
  const images = all
    ? 'all images without at least one container associated to them'
    : 'all dangling images';
  return `WARNING! This will remove:\n  - all stopped containers\n  - ${images}\n\n`;
}

export const command: Command = defineCommand({
  options: {
    ...directoryOptions,
    ...pruneOptions,
    all: {
      type: 'boolean',
      alias: 'a',
      describe: 'Remove all unused images not just dangling ones',
    },
  },
  async run({ options }, context) {
    const { stdout, stderr } = context;
    const engine = engineOf(options, context.env);
    const prunable = await findPrunable(engine, { images: options.all ? 'unused' : 'dangling' });
    if (options['dry-run']) {
      printPrunable(prunable, stdout);
      return 0;
    }
    if (!options.force) {
      stderr.write(warning(options.all));
      printPrunable(prunable, stderr);
      if (!(await confirm(context))) return 0;
    }
    const containers = await pruneContainers(engine, prunable.containers);
    const images = await pruneImages(engine, prunable.images);
    if (containers.deleted.length > 0) {
      stdout.write(`Deleted Containers:\n${containers.deleted.join('\n')}\n\n`);
    }
    const lines = [
      ...images.untagged.map((name) => `untagged: ${name}`),
      ...images.deleted.map((id) => `deleted: ${id}`),
    ];
    if (lines.length > 0) stdout.write(`Deleted Images:\n${lines.join('\n')}\n\n`);
    stdout.write(
      `Total reclaimed space: ${formatBytes(containers.reclaimed + images.reclaimed)}\n`,
    );
    return 0;
  },
});
