import { defineCommand, formatBytes, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Column, Command } from '@ctrkit/cli-kit';
import type { GarbageResult } from '../collect-garbage.ts';
import { rootOption, storeOf } from './root-option.ts';

const columns: readonly Column<GarbageResult>[] = [
  { header: 'BLOBS DELETED', value: ({ deleted }) => String(deleted.length) },
  { header: 'RECLAIMED', value: ({ reclaimed }) => formatBytes(reclaimed) },
  { header: 'DEFERRED', value: ({ deferred }) => (deferred ? 'yes' : 'no') },
];

export const command: Command = defineCommand({
  options: {
    ...rootOption,
    all: {
      type: 'boolean',
      describe: 'Also what came within the last ten minutes; not while other tools write here',
    },
    format: formatOption,
  },
  async run({ options }, { stdout, signal, env }) {
    const store = await storeOf(options.root, env);
    const result = await store.collectGarbage({
      signal,
      ...(options.all && { minimumAge: 0 }),
    });
    await printRows(stdout, [result], { format: options.format, columns });
  },
});
