import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { parseReference } from '@ctrkit/oci';
import { registrySource } from '../push/image-source.ts';
import { readWholeBlob } from '../push/read-whole-blob.ts';
import { clientOptions, commandClient } from './client.ts';
import { platformOption, selectedImage } from './selected-image.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE',
  options: { ...platformOption, ...clientOptions },
  async run({ options, operands: [image] }, { stdout, signal, stderr, env }) {
    const { platform } = options;
    const client = await commandClient({ env, stderr }, options);
    const reference = parseReference(image);
    const { manifest } = await selectedImage({ client, reference, signal }, platform);
    stdout.write(await readWholeBlob(registrySource(client, reference), manifest.config, signal));
  },
});
