import { CliError, defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { isDigest, parsePlatform, parseReference } from '@ctrkit/oci';
import { annotateIndex } from '../multi/annotate-index.ts';
import { parseAnnotations } from './annotations.ts';
import { clientOptions, commandClient } from './client.ts';

export const command: Command = defineCommand({
  operands: 'NAME DIGEST|IMAGE',
  options: {
    platform: {
      type: 'string',
      describe: 'What the image is for, such as linux/arm/v7',
      coerce: parsePlatform,
    },
    annotation: { type: 'array', valueName: 'KEY=VALUE', describe: 'Say this of the image' },
    ...clientOptions,
  },
  async run({ options, operands: [name, image] }, { stdout, signal, stderr, env }) {
    const annotations = parseAnnotations(options.annotation);
    const { platform } = options;
    if (annotations === undefined && platform === undefined) {
      throw new CliError('USAGE', 'nothing to say: give --platform or --annotation', {
        usage: true,
      });
    }
    const client = await commandClient({ env, stderr }, options);
    const member = isDigest(image)
      ? image
      : await client.digestOf(parseReference(image), { signal });
    const change = {
      ...(platform !== undefined && { platform }),
      ...(annotations !== undefined && { annotations }),
    };
    const index = await annotateIndex(parseReference(name), member, change, { client, signal });
    stdout.write(`${index.digest}\n`);
  },
});
