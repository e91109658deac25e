import { defineCommand, formatOption, printRows, progressOption } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { formatReference, parseReference } from '@ctrkit/oci';
import { createIndex } from '../multi/create-index.ts';
import { parseAnnotations } from './annotations.ts';
import { clientOptions, commandClient } from './client.ts';

export const command: Command = defineCommand({
  operands: 'NAME IMAGE [IMAGE...]',
  options: {
    annotation: { type: 'array', valueName: 'KEY=VALUE', describe: 'Say this of the index' },
    'dry-run': { type: 'boolean', describe: 'Print the index and write nothing' },
    progress: progressOption,
    format: formatOption,
    ...clientOptions,
  },
  async run({ options, operands: [name, ...images] }, context) {
    const { stdout, signal } = context;
    const target = parseReference(name);
    const annotations = parseAnnotations(options.annotation);
    const dryRun = options['dry-run'];
    const created = await createIndex(
      target,
      images.map((image) => parseReference(image)),
      {
        client: await commandClient(context, options),
        signal,
        dryRun,
        onEvent: context.progress(options.progress).event,
        ...(annotations !== undefined && { annotations }),
      },
    );
    if (dryRun) return stdout.write(created.bytes);
    const { digest } = created.descriptor;
    const manifests = created.index.manifests.length;
    await printRows(stdout, [{ name: formatReference(target), digest, manifests }], {
      format: options.format,
      columns: [
        { header: 'NAME', value: (row) => row.name },
        { header: 'DIGEST', value: (row) => row.digest },
        { header: 'MANIFESTS', value: (row) => String(row.manifests) },
      ],
    });
  },
});
