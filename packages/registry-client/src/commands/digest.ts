import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { parseReference } from '@ctrkit/oci';
import { clientOptions, commandClient } from './client.ts';
import { platformOption, selectedImage } from './selected-image.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE',
  options: { ...platformOption, ...clientOptions },
  async run({ options, operands: [image] }, { stdout, signal, stderr, env }) {
    const { platform } = options;
    const client = await commandClient({ env, stderr }, options);
    const reference = parseReference(image);
    const digest =
      platform === undefined
        ? await client.digestOf(reference, { signal })
        : (await selectedImage({ client, reference, signal }, platform)).descriptor.digest;
    stdout.write(`${digest}\n`);
  },
});
