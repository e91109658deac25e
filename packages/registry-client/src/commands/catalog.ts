import { defineCommand, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { parseServer } from '../auth/registry-key.ts';
import { clientOptions, commandClient } from './client.ts';
import { nameRows } from './name-rows.ts';

export const command: Command = defineCommand({
  operands: 'REGISTRY',
  options: { format: formatOption, ...clientOptions },
  async run({ options, operands: [registry] }, { stdout, signal, stderr, env }) {
    const client = await commandClient({ env, stderr }, options);
    const names = client.catalog(parseServer(registry), { signal });
    await printRows(stdout, nameRows(names), {
      format: options.format,
      columns: [{ header: 'NAME', value: (row) => row.name }],
    });
  },
});
