import { defineCommand, formatList } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { openImageStore } from '@ctrkit/image-store';
import { directoriesOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { imageList, imageRow } from './image-row.ts';
import { listOptions } from './list-options.ts';

export const command: Command = defineCommand({
  options: {
    ...directoryOptions,
    ...listOptions,
    quiet: { type: 'boolean', alias: 'q', describe: 'Only show image IDs' },
  },
  async run({ options }, { stdout, env }) {
    const store = await openImageStore(directoriesOf(options, env));
    const now = new Date();
    const { format = '' } = options;
    const rows = (await store.list()).map((image) =>
      imageRow(image, { now, truncate: !options['no-trunc'] }),
    );
    // Docker's images, other than its ps, gives a format of one's own precedence.
    const isPlain = format === '' || format === 'table';
    if (options.quiet && isPlain) stdout.write(rows.map(({ ID }) => `${ID}\n`).join(''));
    else stdout.write(formatList(rows, { format, ...imageList }));
  },
});
