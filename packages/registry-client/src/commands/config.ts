import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { parseReference } from '@ctrkit/oci';
import { registrySource } from '../push/image-source.ts';
import { readWholeBlob } from '../push/read-whole-blob.ts';
import { commandClient } from './client.ts';
import { platformOption, selectedImage } from './selected-image.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE',
  options: platformOption,
  async run({ options: { platform }, operands: [image] }, { stdout, signal, env }) {
    const client = commandClient(env);
    const reference = parseReference(image);
    const { manifest } = await selectedImage({ client, reference, signal }, platform);
    stdout.write(await readWholeBlob(registrySource(client, reference), manifest.config, signal));
  },
});
