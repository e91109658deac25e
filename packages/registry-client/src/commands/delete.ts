import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { formatReference, parseReference } from '@ctrkit/oci';
import type { Reference } from '@ctrkit/oci';
import type { RegistryClient } from '../registry-client.ts';
import { clientOptions, commandClient } from './client.ts';

export const command: Command = defineCommand({
  operands: 'IMAGE [IMAGE...]',
  options: {
    manifest: {
      type: 'boolean',
      describe: 'Of a tag: delete its manifest, with every other tag that it has',
    },
    ...clientOptions,
  },
  async run({ options, operands }, { stdout, signal, stderr, env }) {
    const client = await commandClient({ env, stderr }, options);
    for (const reference of operands.map((name) => parseReference(name))) {
      const target = options.manifest ? await byDigest(client, reference, signal) : reference;
      await client.delete(target, { signal });
      stdout.write(`${formatReference(target)}\n`);
    }
  },
});

async function byDigest(
  client: RegistryClient,
  { registry, repository, tag, digest }: Reference,
  signal: AbortSignal,
): Promise<Reference> {
  if (digest !== undefined) return { registry, repository, digest };
  const named = { registry, repository, ...(tag !== undefined && { tag }) };
  return { registry, repository, digest: await client.digestOf(named, { signal }) };
}
