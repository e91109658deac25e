import {
  digestAlgorithm,
  digestHex,
  familiarReference,
  hostPlatform,
  isIndexType,
  isManifestType,
  parseImageIndex,
  parseManifest,
  selectPlatform,
} from '@ctrkit/oci';
import type { Descriptor } from '@ctrkit/oci';
import { imageBlobs } from './image-blobs.ts';
import type { Layout } from './layout.ts';
import { fullReference } from './names.ts';
import { readSmallBlob } from './read-blob.ts';

/** An entry of the manifest.json of `docker save`, which versions before 25 read instead of index.json. */
export interface DockerArchiveEntry {
  Config: string;
  RepoTags: string[] | null;
  Layers: string[];
}

/** The entries for those images that have a complete manifest, of this machine's platform where there are several. */
export async function dockerManifest(
  layout: Layout,
  images: readonly { name?: string; descriptor: Descriptor }[],
): Promise<DockerArchiveEntry[]> {
  const entries: DockerArchiveEntry[] = [];
  for (const { name, descriptor } of images) {
    const manifestDescriptor = await onePlatform(layout, descriptor);
    if (manifestDescriptor === undefined) continue;
    const { config, layers } = parseManifest(await readSmallBlob(layout, manifestDescriptor));
    const tag = repoTag(name);
    entries.push({
      Config: archivePath(config),
      RepoTags: tag === undefined ? null : [tag],
      Layers: layers.map(archivePath),
    });
  }
  return entries;
}

async function onePlatform(layout: Layout, target: Descriptor): Promise<Descriptor | undefined> {
  if (isManifestType(target.mediaType)) return target;
  if (!isIndexType(target.mediaType)) return undefined;
  const { manifests } = parseImageIndex(await readSmallBlob(layout, target));
  const complete: Descriptor[] = [];
  for (const child of manifests) {
    if ((await imageBlobs(layout, child)).missing.length === 0) complete.push(child);
  }
  const chosen = selectPlatform(complete, hostPlatform());
  return chosen === undefined || isIndexType(chosen.mediaType) ? undefined : chosen;
}

function repoTag(name: string | undefined): string | undefined {
  const reference = name === undefined ? undefined : fullReference(name);
  return reference?.tag === undefined ? undefined : familiarReference(reference);
}

function archivePath({ digest }: Descriptor): string {
  return `blobs/${digestAlgorithm(digest)}/${digestHex(digest)}`;
}
