import { formatPlatform, formatReference, hostPlatform } from '@ctrkit/oci';
import type { Descriptor, Digest, ImageConfig, Platform, Reference } from '@ctrkit/oci';
import type { FetchedManifest } from './fetch-manifest.ts';
import { checkConfigBytes, hasImageConfig } from './pull/check-image.ts';
import { selectImage } from './pull/select-image.ts';
import { registrySource } from './push/image-source.ts';
import { readWholeBlob } from './push/read-whole-blob.ts';
import type { RegistryClient } from './registry-client.ts';

/** What is known of an image of a registry without any of its layers. */
export interface RemoteImage {
  name: string;
  /** What the name names: an index, or the manifest itself. */
  digest: Digest;
  mediaType: string;
  /** Of an index: `linux/amd64`, …; attestations and the like left out. */
  platforms?: string[];
  /** The manifest of the platform that was looked at. */
  manifest: Descriptor;
  /** Of an artifact that is no container image. */
  artifactType?: string;
  annotations?: Record<string, string>;
  layers: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>[];
  /** Bytes of all layers, as they are sent. */
  size: number;
  /** Of a container image; nothing of it is left out. */
  config?: ImageConfig;
}

/**
 * Looks at an image without pulling it: of an index, that of one platform, or this machine's. Throws PLATFORM_NOT_FOUND,
 * IMAGE_INVALID and what `RegistryClient.resolve` and `fetchBlob` throw.
 */
export async function inspectRemote(
  client: RegistryClient,
  reference: Reference,
  { platform, signal }: { platform?: Platform | undefined; signal?: AbortSignal } = {},
): Promise<RemoteImage> {
  const sources = { client, reference, signal: signal ?? new AbortController().signal };
  const first = await client.resolve(reference, sources);
  const { manifest, descriptor } = await selectImage(sources, first, platform ?? hostPlatform());
  const { artifactType, annotations, layers } = manifest;
  const isImage = hasImageConfig(manifest);
  const source = registrySource(client, reference);
  const config = isImage
    ? checkConfigBytes(await readWholeBlob(source, manifest.config, signal), manifest, platform)
    : undefined;
  return {
    name: formatReference(reference),
    digest: first.descriptor.digest,
    mediaType: first.descriptor.mediaType,
    ...platformsOf(first),
    manifest: plain(descriptor),
    ...(!isImage && { artifactType: artifactType ?? manifest.config.mediaType }),
    ...(annotations !== undefined && { annotations }),
    layers: layers.map(plain),
    size: layers.reduce((sum, layer) => sum + layer.size, 0),
    ...(config !== undefined && { config }),
  };
}

function platformsOf({ content }: FetchedManifest): { platforms?: string[] } {
  if (content.kind === 'manifest') return {};
  const names = content.index.manifests.flatMap(({ platform }) =>
    platform === undefined || platform.os === 'unknown' ? [] : [formatPlatform(platform)],
  );
  return { platforms: [...new Set(names)] };
}

function plain({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}
