import { defineCommand, formatOption, printRows, progressOption } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { parseReference } from '@ctrkit/oci';
import { push } from '../push/push.ts';
import { clientOptions, commandClient } from './client.ts';
import { openImage } from './layout-source.ts';
import { pushOptions, transferColumns, transferOptions, transferRow } from './transfer-options.ts';

export const command: Command = defineCommand({
  operands: 'SOURCE IMAGE [IMAGE...]',
  options: { ...transferOptions, progress: progressOption, format: formatOption, ...clientOptions },
  async run({ options, operands: [source, ...names] }, context) {
    const { stdout, stdin, signal } = context;
    const targets = names.map((name) => parseReference(name));
    await using opened = await openImage(source, { stdin, signal });
    const client = await commandClient(context, options);
    const onEvent = context.progress(options.progress).event;
    const rows = [];
    for (const target of targets) {
      const settings = { ...pushOptions(options), client, signal, onEvent };
      rows.push(transferRow(target, await push(opened.layout, opened.image, target, settings)));
    }
    await printRows(stdout, rows, { format: options.format, columns: transferColumns });
  },
});
