import { defineCommand, formatOption, printRows, progressOption } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { parseReference } from '@ctrkit/oci';
import type { Reference } from '@ctrkit/oci';
import { copy } from '../copy/copy.ts';
import { push } from '../push/push.ts';
import type { PushOptions, PushResult } from '../push/push.ts';
import { clientOptions, commandClient } from './client.ts';
import { isLayoutSource, openImage } from './layout-source.ts';
import type { OpenSettings } from './layout-source.ts';
import { pushOptions, transferColumns, transferOptions, transferRow } from './transfer-options.ts';

export const command: Command = defineCommand({
  operands: 'SOURCE IMAGE',
  options: {
    ...transferOptions,
    referrers: {
      type: 'boolean',
      describe: 'Also what is about the image: signatures, inventories',
    },
    progress: progressOption,
    format: formatOption,
    ...clientOptions,
  },
  async run({ options, operands: [source, name] }, context) {
    const { stdout, stdin, signal } = context;
    const target = parseReference(name);
    const settings: PushOptions = {
      ...pushOptions(options),
      client: await commandClient(context, options),
      signal,
      onEvent: context.progress(options.progress).event,
    };
    const result = isLayoutSource(source)
      ? await fromLayout(source, target, settings, { stdin, signal })
      : await copy(parseReference(source), target, { ...settings, referrers: options.referrers });
    const rows = [transferRow(target, result)];
    await printRows(stdout, rows, { format: options.format, columns: transferColumns });
  },
});

async function fromLayout(
  source: string,
  target: Reference,
  settings: PushOptions,
  open: OpenSettings,
): Promise<PushResult> {
  await using opened = await openImage(source, open);
  return await push(opened.layout, opened.image, target, settings);
}
