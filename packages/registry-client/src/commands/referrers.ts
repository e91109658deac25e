import { defineCommand, formatBytes, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { parseReference } from '@ctrkit/oci';
import { clientOptions, commandClient } from './client.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE',
  options: {
    'artifact-type': { type: 'string', valueName: 'TYPE', describe: 'Only those of this type' },
    format: formatOption,
    ...clientOptions,
  },
  async run({ options, operands: [image] }, { stdout, signal, stderr, env }) {
    const client = await commandClient({ env, stderr }, options);
    const { tag, ...reference } = parseReference(image);
    const named = { ...reference, ...(tag !== undefined && { tag }) };
    const digest = reference.digest ?? (await client.digestOf(named, { signal }));
    const type = options['artifact-type'];
    const filter = type === undefined ? {} : { artifactType: type };
    const found = client.referrers({ ...reference, digest }, { ...filter, signal });
    await printRows(stdout, found, {
      format: options.format,
      columns: [
        { header: 'DIGEST', value: (row) => row.digest },
        { header: 'ARTIFACT TYPE', value: (row) => row.artifactType ?? '' },
        { header: 'SIZE', value: (row) => formatBytes(row.size) },
      ],
    });
  },
});
