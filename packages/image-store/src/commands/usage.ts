import { defineCommand, formatBytes, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Column, Command } from '@ctrkit/cli-kit';
import { namesOf } from '../names.ts';
import type { ImageUsage } from '../usage.ts';
import { rootOption, storeOf } from './root-option.ts';

type Row = Omit<ImageUsage, 'blobs'>;

const columns: readonly Column<Row>[] = [
  { header: 'NAMES', value: ({ records }) => namesOf(records).tags.join(', ') || '<none>' },
  { header: 'IMAGE ID', value: ({ id }) => id.slice('sha256:'.length).slice(0, 12) },
  { header: 'SIZE', value: ({ size }) => formatBytes(size) },
  { header: 'SHARED SIZE', value: ({ sharedSize }) => formatBytes(sharedSize) },
  { header: 'UNIQUE SIZE', value: ({ uniqueSize }) => formatBytes(uniqueSize) },
];

export const command: Command = defineCommand({
  options: { ...rootOption, format: formatOption },
  async run({ options }, { stdout, stderr, env }) {
    const store = await storeOf(options.root, env);
    const { images, size, unreferenced } = await store.usage();
    const rows = images.map(({ id, records, size, sharedSize, uniqueSize }): Row => ({
      id,
      records,
      size,
      sharedSize,
      uniqueSize,
    }));
    await printRows(stdout, rows, { format: options.format, columns });
    if (!stdout.isTerminal) return;
    stderr.write(
      `${formatBytes(size)} of images, ${formatBytes(unreferenced)} that no image has\n`,
    );
  },
});
