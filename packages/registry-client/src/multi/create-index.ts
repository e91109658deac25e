import { digestOf, isIndexType, isManifestType, mediaTypes } from '@ctrkit/oci';
import type { Descriptor, ImageIndex, Platform, Reference } from '@ctrkit/oci';
import type { FetchedManifest } from '../fetch-manifest.ts';
import { checkConfigBytes, hasImageConfig } from '../pull/check-image.ts';
import { registrySource } from '../push/image-source.ts';
import type { ImageSource } from '../push/image-source.ts';
import { pushFrom } from '../push/push.ts';
import type { PushOptions, PushResult } from '../push/push.ts';
import { readWholeBlob } from '../push/read-whole-blob.ts';
import { createRegistryClient } from '../registry-client.ts';
import type { RegistryClient } from '../registry-client.ts';

/** How images are put under one name. */
export interface CreateIndexOptions extends Pick<
  PushOptions,
  'client' | 'concurrency' | 'signal' | 'onEvent'
> {
  annotations?: Readonly<Record<string, string>>;
  /** Find out what the index would be, and write nothing. @default false */
  dryRun?: boolean;
}

/** What became of it. */
export interface CreatedIndex extends Omit<PushResult, 'uploadedBytes' | 'manifests'> {
  index: ImageIndex;
  /** Its bytes: what its digest is of. */
  bytes: Buffer;
}

/**
 * Puts images, mostly of one platform each, under one name: an OCI index of them all. What an index among them lists is
 * taken over. Images of other repositories are copied to that of the name first. Throws what `copy` throws.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md
 */
export async function createIndex(
  target: Reference,
  images: readonly Reference[],
  options: CreateIndexOptions = {},
): Promise<CreatedIndex> {
  const client = options.client ?? createRegistryClient();
  try {
    const manifests = await collectMembers(client, target, images, options);
    const { annotations } = options;
    const index: ImageIndex = {
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests,
      ...(annotations !== undefined && { annotations: { ...annotations } }),
    };
    return await putIndex(client, target, index, options);
  } finally {
    if (options.client === undefined) client.close();
  }
}

async function putIndex(
  client: RegistryClient,
  target: Reference,
  index: ImageIndex,
  { dryRun = false, signal }: CreateIndexOptions,
): Promise<CreatedIndex> {
  const bytes = Buffer.from(JSON.stringify(index));
  const { mediaType } = index;
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
  if (dryRun) return { descriptor, index, bytes, changed: false };
  const passOn = signal === undefined ? {} : { signal };
  await client.pushManifest(target, { mediaType, bytes }, passOn);
  return { descriptor, index, bytes, changed: true };
}

async function collectMembers(
  client: RegistryClient,
  target: Reference,
  images: readonly Reference[],
  options: CreateIndexOptions,
): Promise<Descriptor[]> {
  const members = new Map<string, Descriptor>();
  for (const image of images) {
    for (const member of await membersOf(client, target, image, options)) {
      members.set(member.digest, member);
    }
  }
  return [...members.values()];
}

async function membersOf(
  client: RegistryClient,
  target: Reference,
  image: Reference,
  options: CreateIndexOptions,
): Promise<Descriptor[]> {
  const { signal } = options;
  const source = registrySource(client, image);
  // A mirror may have what the tag meant before, and the index would say so for good.
  const atOrigin = { originOnly: true, ...(signal !== undefined && { signal }) };
  const root = await client.resolve(image, atOrigin);
  if (root.content.kind === 'manifest') {
    await bring(client, source, root, image, target, options);
    return [await withPlatform(source, root, signal)];
  }
  const members: Descriptor[] = [];
  for (const child of root.content.index.manifests) {
    if (!isIndexType(child.mediaType) && !isManifestType(child.mediaType)) continue;
    const found = await source.manifest(child, signal);
    await bring(client, source, found, image, target, options);
    members.push(child);
  }
  return members;
}

async function bring(
  client: RegistryClient,
  source: ImageSource,
  found: FetchedManifest,
  from: Reference,
  { registry, repository }: Reference,
  { dryRun = false, ...options }: CreateIndexOptions,
): Promise<void> {
  if (dryRun) return;
  const target = { registry, repository, digest: found.descriptor.digest };
  const mount = from.registry === registry ? { mountFrom: () => from.repository } : {};
  await pushFrom(source, found, target, { ...options, ...mount, client });
}

// Where an index names no platform, only the config of the image tells.
async function withPlatform(
  source: ImageSource,
  { descriptor, content }: FetchedManifest,
  signal: AbortSignal | undefined,
): Promise<Descriptor> {
  if (content.kind !== 'manifest') return descriptor;
  const { manifest } = content;
  const type = manifest.artifactType;
  if (!hasImageConfig(manifest)) {
    return { ...descriptor, ...(type !== undefined && { artifactType: type }) };
  }
  const bytes = await readWholeBlob(source, manifest.config, signal);
  return { ...descriptor, platform: platformOf(checkConfigBytes(bytes, manifest, undefined)) };
}

function platformOf(config: Platform): Platform {
  const { os, architecture, variant } = config;
  const version = config['os.version'];
  const features = config['os.features'];
  return {
    architecture,
    os,
    ...(variant !== undefined && { variant }),
    ...(version !== undefined && { 'os.version': version }),
    ...(features !== undefined && { 'os.features': features }),
  };
}
