import { defineCommand, printable } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { parsePlatform, parseReference } from '@ctrkit/oci';
import { selectImage } from '../pull/select-image.ts';
import { clientOptions, commandClient } from './client.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE',
  options: {
    platform: {
      type: 'string',
      describe: "Follow an index to this platform's manifest, such as linux/arm64",
      coerce: parsePlatform,
    },
    ...clientOptions,
  },
  async run({ options, operands: [image] }, { stdout, stderr, signal, env }) {
    const { platform } = options;
    const client = await commandClient({ env, stderr }, options);
    const onFallback = (text: string): void => stderr.write(`${printable(text)}\n`);
    const reference = parseReference(image);
    const first = await client.resolve(reference, { signal, onFallback });
    if (platform === undefined) return stdout.write(first.bytes);
    const { documents } = await selectImage(
      { client, reference, signal, onFallback },
      first,
      platform,
    );
    for (const { bytes } of documents.slice(-1)) stdout.write(bytes);
  },
});
