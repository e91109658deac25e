import type { Reference } from '@ctrkit/oci';
import { registrySource } from '../push/image-source.ts';
import { pushFrom } from '../push/push.ts';
import type { PushOptions, PushResult } from '../push/push.ts';
import { createRegistryClient } from '../registry-client.ts';

/**
 * Copies an image from one registry to another, or to another name of the same one: byte by byte, so that it keeps its
 * digest. All platforms unless one is chosen. Nothing is stored here: what the target lacks is verified while it passes,
 * and blobs of the same registry are taken over there. Throws what `push` and `RegistryClient.resolve` throw.
 */
export async function copy(
  from: Reference,
  to: Reference,
  options: PushOptions = {},
): Promise<PushResult> {
  const client = options.client ?? createRegistryClient();
  try {
    const { signal } = options;
    const root = await client.resolve(from, signal === undefined ? {} : { signal });
    const mountFrom = from.registry === to.registry ? () => from.repository : undefined;
    const all = {
      ...options,
      client,
      ...(mountFrom && { mountFrom: options.mountFrom ?? mountFrom }),
    };
    return await pushFrom(registrySource(client, from), root, to, all);
  } finally {
    if (options.client === undefined) client.close();
  }
}
