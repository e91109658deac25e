import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { parsePlatform, parseReference } from '@ctrkit/oci';
import { selectImage } from '../pull/select-image.ts';
import { commandClient } from './client.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE',
  options: {
    platform: {
      type: 'string',
      describe: "Follow an index to this platform's manifest, such as linux/arm64",
      coerce: parsePlatform,
    },
  },
  async run({ options: { platform }, operands: [image] }, { stdout, signal, env }) {
    const client = commandClient(env);
    const reference = parseReference(image);
    const first = await client.resolve(reference, { signal });
    if (platform === undefined) return stdout.write(first.bytes);
    const { documents } = await selectImage({ client, reference, signal }, first, platform);
    for (const { bytes } of documents.slice(-1)) stdout.write(bytes);
  },
});
