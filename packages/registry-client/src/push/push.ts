import type { Layout } from '@ctrkit/layout';
import { familiarReference, formatPlatform } from '@ctrkit/oci';
import type { Descriptor, Digest, Reference } from '@ctrkit/oci';
import type { FetchedManifest } from '../fetch-manifest.ts';
import { forEachParallel } from '../pull/for-each.ts';
import { createRegistryClient } from '../registry-client.ts';
import type { RegistryClient } from '../registry-client.ts';
import { RegistryError } from '../registry-error.ts';
import { chooseImage } from './choose-image.ts';
import type { ChosenImage, WantedPlatforms } from './choose-image.ts';
import type { PushEvent } from './events.ts';
import { layoutSource } from './image-source.ts';
import type { ImageSource } from './image-source.ts';
import { pushOneBlob } from './push-one-blob.ts';
import { putIfMissing } from './put-if-missing.ts';

/** How an image is pushed. */
export interface PushOptions {
  /**
   * What of an index: `all`, as it is, or the image of one platform. @default all if all is there, else what is there for
   * this machine
   */
  platforms?: WantedPlatforms;
  /** @default one that asks as nobody */
  client?: RegistryClient;
  /** Blobs at a time. @default 5 */
  concurrency?: number;
  /** Bytes in one request at most, for registries and proxies that take no more. @default a blob in one */
  chunkSize?: number;
  /** A repository of the target's registry that may have a blob, which is then taken over from there. */
  mountFrom?: (blob: Descriptor) => string | undefined;
  signal?: AbortSignal;
  onEvent?: (event: PushEvent) => void;
}

/** What a push did. */
export interface PushResult {
  /** What the target names now. */
  descriptor: Descriptor;
  /** That and, of an index, the manifests and indexes that it lists. */
  manifests: Digest[];
  /** Whether it named something else, or nothing, before. */
  changed: boolean;
  /** Bytes of blobs that were sent. */
  uploadedBytes: number;
}

/**
 * Pushes an image of a layout: `image` is an entry of its index.json, an image of any kind, an index, or an artifact. What
 * the registry has is not sent; blobs come before manifests, manifests before the indexes that list them, and the name
 * last, so that it never names half an image there. Every byte is verified while it is read: none gets a name that is not
 * its own.
 *
 * Throws RegistryError (see its codes), layout's DIGEST_MISMATCH, SIZE_MISMATCH and BLOB_NOT_FOUND for a layout that is
 * damaged, oci's MANIFEST_INVALID, or the signal's reason.
 */
export async function push(
  layout: Layout,
  image: Descriptor,
  target: Reference,
  options: PushOptions = {},
): Promise<PushResult> {
  const source = layoutSource(layout);
  return await pushFrom(source, await source.manifest(image), target, options);
}

/** The same from anywhere. */
export async function pushFrom(
  source: ImageSource,
  root: FetchedManifest,
  target: Reference,
  options: PushOptions,
): Promise<PushResult> {
  const client = options.client ?? createRegistryClient();
  try {
    const image = await chooseImage(source, root, options.platforms, options.signal);
    checkTarget(image, target);
    tellPartial(image, options);
    const uploadedBytes = await pushBlobs(source, image, target, { ...options, client });
    await pushChildren(client, image, target, options);
    const changed = await nameImage(client, image, target, options);
    const manifests = image.parts.manifests.map(({ descriptor }) => descriptor.digest);
    const descriptor = plainDescriptor(image.root.descriptor);
    return { descriptor, manifests, changed, uploadedBytes };
  } finally {
    if (options.client === undefined) client.close();
  }
}

function checkTarget({ root }: ChosenImage, target: Reference): void {
  if (target.digest === undefined || target.digest === root.descriptor.digest) return;
  const what = `${familiarReference(target)}: the image is ${root.descriptor.digest}`;
  throw new RegistryError('DIGEST_MISMATCH', what, { hint: 'push it by a tag, or by that digest' });
}

function tellPartial({ root, onlyPlatform }: ChosenImage, { onEvent }: PushOptions): void {
  if (onlyPlatform === undefined) return;
  const platform = formatPlatform(onlyPlatform);
  const text = `Not all platforms are here: pushing only that of ${platform}, ${root.descriptor.digest}`;
  onEvent?.({ type: 'message', text });
}

async function pushBlobs(
  source: ImageSource,
  { parts }: ChosenImage,
  target: Reference,
  options: PushOptions & { client: RegistryClient },
): Promise<number> {
  const { concurrency = 5, signal } = options;
  let bytes = 0;
  const work = async (blob: Descriptor, signal: AbortSignal) => {
    const isLayer = !parts.configs.has(blob.digest);
    bytes += await pushOneBlob(source, blob, target, { ...options, signal, isLayer });
    return done;
  };
  await forEachParallel(parts.blobs, concurrency, signal, work);
  return bytes;
}

const done = { kept: Promise.resolve() };

// Those that list no others can go together; an index waits for all that it lists.
async function pushChildren(
  client: RegistryClient,
  { parts, root }: ChosenImage,
  target: Reference,
  { concurrency = 5, signal }: PushOptions,
): Promise<void> {
  const children = parts.manifests.filter((found) => found !== root);
  const put = async (found: FetchedManifest, signal?: AbortSignal) => {
    const { registry, repository } = target;
    const reference = { registry, repository, digest: found.descriptor.digest };
    await putIfMissing(client, found, reference, signal);
    return done;
  };
  const leaves = children.filter(({ content }) => content.kind === 'manifest');
  await forEachParallel(leaves, concurrency, signal, put);
  for (const index of children.filter(({ content }) => content.kind === 'index')) {
    await put(index, signal);
  }
}

async function nameImage(
  client: RegistryClient,
  { root }: ChosenImage,
  target: Reference,
  { signal }: PushOptions,
): Promise<boolean> {
  const { registry, repository, tag, digest } = target;
  // With both, as elsewhere, the digest is what counts.
  const name = {
    registry,
    repository,
    ...(digest === undefined ? { tag } : { digest }),
  } as Reference;
  return await putIfMissing(client, root, name, signal);
}

function plainDescriptor({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}
