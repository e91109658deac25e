import { defineCommand, formatTable } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { openImageStore } from '@ctrkit/image-store';
import { directoriesOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { imageColumns, imageRow } from './image-row.ts';
import { listOptions } from './list-options.ts';

export const command: Command = defineCommand({
  options: { ...directoryOptions, ...listOptions },
  async run({ options }, { stdout, env }) {
    const store = await openImageStore(directoriesOf(options, env));
    const now = new Date();
    const rows = (await store.list()).map((image) =>
      imageRow(image, { now, truncate: !options['no-trunc'] }),
    );
    if (options.quiet) stdout.write(rows.map(({ ID }) => `${ID}\n`).join(''));
    else if (options.format === 'json') {
      stdout.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    } else stdout.write(formatTable(rows, imageColumns));
  },
});
