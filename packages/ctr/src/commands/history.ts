import { defineCommand, formatList } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { unpackedImage } from '@ctrkit/engine';
import { openImageStore } from '@ctrkit/image-store';
import type { HistoryItem } from '@ctrkit/image-store';
import { directoriesOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { historyList, historyRow } from './history-row.ts';
import { listOptions } from './list-options.ts';

/** The bytes of the layer that each step added: of its files where all of the image is unpacked, else as stored. */
function sizesOf(root: string, run: string, steps: readonly HistoryItem[]): number[] {
  const diffIds = steps.flatMap(({ layer }) => (layer === undefined ? [] : [layer.diffId]));
  const sizes = unpackedImage({ root, run }, diffIds.toReversed())?.sizes.toReversed();
  let next = 0;
  return steps.map(({ layer, size }) => (layer === undefined ? 0 : (sizes?.[next++] ?? size)));
}

export const command: Command = defineCommand({
  operands: 'IMAGE',
  options: {
    ...directoryOptions,
    ...listOptions,
    human: {
      type: 'boolean',
      alias: 'H',
      default: true,
      describe: 'Print sizes and dates in human readable format',
    },
    quiet: { type: 'boolean', alias: 'q', describe: 'Only show image IDs' },
  },
  async run({ options, operands: [image] }, { stdout, env }) {
    const { root, run } = directoriesOf(options, env);
    const { human, format = '' } = options;
    const steps = await (await openImageStore({ root })).history(image);
    const sizes = sizesOf(root, run, steps);
    const now = new Date();
    const rows = steps.map((step, index) =>
      historyRow(step, { now, human, truncate: !options['no-trunc'], size: sizes[index] ?? 0 }),
    );
    const isPlain = format === '' || format === 'table';
    if (options.quiet && isPlain) stdout.write(rows.map(({ ID }) => `${ID}\n`).join(''));
    else stdout.write(formatList(rows, { format, ...historyList({ human }) }));
  },
});
