import type { Digest, Reference } from '@ctrkit/oci';
import { registrySource } from '../push/image-source.ts';
import { pushFrom } from '../push/push.ts';
import type { PushOptions, PushResult } from '../push/push.ts';
import { createRegistryClient } from '../registry-client.ts';
import type { RegistryClient } from '../registry-client.ts';
import { copyReferrers } from './copy-referrers.ts';

/** How an image is copied. */
export interface CopyOptions extends PushOptions {
  /** What is about the image (signatures, inventories) goes with it. @default false */
  referrers?: boolean;
}

/**
 * Copies an image from one registry to another, or to another name of the same one: byte by byte, so that it keeps its
 * digest. All platforms unless one is chosen. Nothing is stored here: what the target lacks is verified while it passes,
 * and blobs of the same registry are taken over there. Throws what `push` and `RegistryClient.resolve` throw.
 */
export async function copy(
  from: Reference,
  to: Reference,
  options: CopyOptions = {},
): Promise<PushResult> {
  const client = options.client ?? createRegistryClient();
  try {
    const mountFrom = from.registry === to.registry ? () => from.repository : undefined;
    const settings = { ...options, client, ...(mountFrom && { mountFrom }), ...pick(options) };
    const result = await copyOne(client, from, to, settings);
    if (options.referrers === true) await withReferrers(client, from, to, result, settings);
    return result;
  } finally {
    if (options.client === undefined) client.close();
  }
}

function pick({ mountFrom }: CopyOptions): Pick<PushOptions, 'mountFrom'> {
  return mountFrom === undefined ? {} : { mountFrom };
}

async function copyOne(
  client: RegistryClient,
  from: Reference,
  to: Reference,
  options: PushOptions,
): Promise<PushResult> {
  const { signal } = options;
  const root = await client.resolve(from, signal === undefined ? {} : { signal });
  return await pushFrom(registrySource(client, from), root, to, options);
}

// What is about a part of an index is as much about the image.
async function withReferrers(
  client: RegistryClient,
  from: Reference,
  to: Reference,
  { manifests }: PushResult,
  options: PushOptions,
): Promise<void> {
  const places = { from: repositoryOf(from), to: repositoryOf(to) };
  // A referrer is no image of a platform.
  const settings: PushOptions = { ...options, platforms: 'all' };
  const one = async (source: Reference, target: Reference): Promise<Digest[]> =>
    (await copyOne(client, source, target, settings)).manifests;
  await copyReferrers(client, manifests, places, one, options);
}

function repositoryOf({ registry, repository }: Reference) {
  return { registry, repository };
}
