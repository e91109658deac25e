import { defineCommand, filterOption, formatList } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { unpackedImage } from '@ctrkit/engine';
import { imageFilter, listFilters, newestFirst, openImageStore } from '@ctrkit/image-store';
import { directoriesOf } from './directories.ts';
import { directoryOptions } from './directory-options.ts';
import { imageList, imageRow, ownRows } from './image-row.ts';
import { listOptions } from './list-options.ts';
import { moment } from './moment.ts';

export const command: Command = defineCommand({
  operands: '[REPOSITORY[:TAG]]',
  options: {
    ...directoryOptions,
    ...listOptions,
    all: { type: 'boolean', alias: 'a', describe: 'Show all images (default hides intermediate images)' }, // prettier-ignore
    digests: { type: 'boolean', describe: 'Show digests' },
    filter: filterOption,
    quiet: { type: 'boolean', alias: 'q', describe: 'Only show image IDs' },
  },
  async run({ options, operands: [reference] }, { stdout, env }) {
    const directories = directoriesOf(options, env);
    const store = await openImageStore(directories);
    const now = new Date();
    const { format = '', digests } = options;
    const texts = [
      ...options.filter,
      ...(reference === undefined ? [] : [['reference', reference] as const]),
    ];
    const records = await store.list({ filter: imageFilter(texts, listFilters, moment) });
    const rows = newestFirst(ownRows(records)).map((image) => {
      // As docker: the bytes of its files. One that is not unpacked only shows what is stored of it.
      const size = unpackedImage(directories, image.layers)?.size ?? image.size;
      return imageRow(image, { now, truncate: !options['no-trunc'], size });
    });
    // Docker's images, other than its ps, gives a format of one's own precedence.
    const isPlain = format === '' || format === 'table';
    if (options.quiet && isPlain) stdout.write(rows.map(({ ID }) => `${ID}\n`).join(''));
    else stdout.write(formatList(rows, { format, ...imageList({ digests }) }));
  },
});
