import { defineCommand, formatBytes, formatError } from '@ctrkit/cli-kit';
import type { Command, Output } from '@ctrkit/cli-kit';
import {
  collectBlobs,
  collectUnusedLayers,
  findPrunable,
  pruneBuildCache,
  pruneContainers,
  pruneImages,
  pruneVolumes,
  unusedLayers,
} from '@ctrkit/engine';
import type { Digest } from '@ctrkit/oci';
import { mayPrune } from './may-prune.ts';
import { printPrunable } from './print-prunable.ts';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';
import { pruneOptions } from './prune-options.ts';
import { removedLines } from './removed-lines.ts';

function warning(all: boolean, volumes: boolean): string {
  const images = all
    ? 'all images without at least one container associated to them'
    : 'all dangling images';
  const lines = [
    'all stopped containers',
    ...(volumes ? ['all anonymous volumes not used by at least one container'] : []),
    images,
    'all unpacked layers that no image has',
    all ? 'all build cache' : 'all dangling build cache',
  ];
  return `WARNING! This will remove:\n${lines.map((line) => `  - ${line}\n`).join('')}\n`;
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
    volumes: { type: 'boolean', describe: 'Prune anonymous volumes' },
  },
  async run({ options }, context) {
    const { stdout, stderr } = context;
    // One damaged thing keeps no other from being removed.
    const warned = (error: unknown): { deleted: Digest[]; reclaimed: number } => {
      stderr.write(`WARNING: ${formatError(error).join('; ')}\n`);
      return { deleted: [], reclaimed: 0 };
    };
    const engine = engineOf(options, context.env);
    const prunable = await findPrunable(engine, {
      images: options.all ? 'unused' : 'dangling',
      volumes: options.volumes,
    });
    // What cannot be told is told when they are collected.
    const layers: readonly Digest[] = await unusedLayers(engine).catch(() => []);
    const print = (output: Output): void => printPrunable(prunable, output, layers);
    const pruning = { warning: warning(options.all, options.volumes), print };
    if (!(await mayPrune(pruning, options, context))) return;
    const containers = await pruneContainers(engine, prunable.containers);
    const volumes = await pruneVolumes(engine, prunable.volumes);
    const images = await pruneImages(engine, prunable.images);
    const unpacked = await collectUnusedLayers(engine).catch((error: unknown) => warned(error));
    const cache = await pruneBuildCache(engine, { all: options.all });
    const blobs = await collectBlobs(engine).catch((error: unknown) => warned(error));
    printSection(stdout, 'Deleted Containers', containers.deleted);
    printSection(stdout, 'Deleted Volumes', volumes.deleted);
    printSection(
      stdout,
      'Deleted Images',
      removedLines(images, { untagged: 'untagged', deleted: 'deleted' }),
    );
    // Those of the images stand there by their chain ids.
    const orphans = unpacked.deleted.filter((id) => layers.includes(id));
    printSection(stdout, 'Deleted Layers', orphans);
    printSection(stdout, 'Deleted build cache objects', cache.deleted);
    const reclaimed = [containers, volumes, images, cache, unpacked, blobs].reduce(
      (sum, each) => sum + each.reclaimed,
      0,
    );
    stdout.write(`Total reclaimed space: ${formatBytes(reclaimed, 4)}\n`);
  },
});

function printSection(output: Output, title: string, lines: readonly string[]): void {
  if (lines.length > 0) output.write(`${title}:\n${lines.join('\n')}\n\n`);
}
