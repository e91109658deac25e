import { defineCommand, printable } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { parseReference } from '@ctrkit/oci';
import { inspectRemote } from '../inspect-remote.ts';
import { clientOptions, commandClient } from './client.ts';
import { platformOption } from './selected-image.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE',
  options: { ...platformOption, ...clientOptions },
  async run({ options, operands: [image] }, { stdout, signal, stderr, env }) {
    const { platform } = options;
    const client = await commandClient({ env, stderr }, options);
    const found = await inspectRemote(client, parseReference(image), { platform, signal });
    stdout.write(`${printable(JSON.stringify(found, null, stdout.isTerminal ? 2 : 0))}\n`);
  },
});
