import { defineCommand, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { parseReference } from '@ctrkit/oci';
import { clientOptions, commandClient } from './client.ts';
import { nameRows } from './name-rows.ts';

export const command: Command = defineCommand({
  operands: 'REPOSITORY',
  options: { format: formatOption, ...clientOptions },
  async run({ options, operands: [name] }, { stdout, signal, stderr, env }) {
    const client = await commandClient({ env, stderr }, options);
    const tags = client.tags(parseReference(name), { signal });
    await printRows(stdout, nameRows(tags), {
      format: options.format,
      columns: [{ header: 'NAME', value: (row) => row.name }],
    });
  },
});
