import { LayoutError, readSmallBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import {
  formatReference,
  hostPlatform,
  OciError,
  parseImageConfig,
  parseManifestOrIndex,
  selectPlatform,
} from '@ctrkit/oci';
import type { Descriptor, Digest, ImageConfig, ImageManifest, Platform } from '@ctrkit/oci';
import type { Entry } from './entries.ts';

/** An image of the store, as a list shows it. */
export interface ImageRecord {
  /** The full reference, docker.io/library/busybox:latest; missing where it has no name. */
  readonly name?: string;
  /** The digest of its configuration, docker's image id; that of `target` where there is none. */
  readonly id: Digest;
  /** What the name points at: a manifest or an index. */
  readonly target: Descriptor;
  /** The manifest for this machine. */
  readonly manifestDescriptor: Descriptor;
  /** As the image says, RFC 3339. */
  readonly created?: string;
  /** Bytes of the layers and the configuration, as stored (compressed). */
  readonly size: number;
  readonly platform?: Platform;
  readonly labels?: Readonly<Record<string, string>>;
  /** The diff ids of its layers, the lowest first. */
  readonly layers: readonly Digest[];
  /** Why it cannot be used here: the code of an error, such as PLATFORM_NOT_FOUND or BLOB_NOT_FOUND. */
  readonly problem?: string;
}

const DEEPEST = 5;

/** Reads what a list shows of an entry. Never fails on a damaged image: `problem` says what it has. */
export async function recordOf(layout: Layout, entry: Entry): Promise<ImageRecord> {
  const target = entry.descriptor;
  const name = entry.reference === undefined ? {} : { name: formatReference(entry.reference) };
  try {
    const found = await followPlatform(layout, target, DEEPEST);
    if (found === undefined) return unusable(name, target, 'PLATFORM_NOT_FOUND');
    return { ...name, target, ...(await describe(layout, found)) };
  } catch (error) {
    if (error instanceof LayoutError || error instanceof OciError) {
      return unusable(name, target, error.code);
    }
    throw error;
  }
}

type Found = { manifestDescriptor: Descriptor; manifest: ImageManifest };

async function followPlatform(
  layout: Layout,
  descriptor: Descriptor,
  depth: number,
): Promise<Found | undefined> {
  const bytes = await readSmallBlob(layout, descriptor);
  const content = parseManifestOrIndex(bytes, descriptor.mediaType);
  if (content.kind === 'manifest') {
    return { manifestDescriptor: descriptor, manifest: content.manifest };
  }
  const chosen = selectPlatform(content.index.manifests, hostPlatform());
  if (chosen === undefined || depth === 0) return undefined;
  return await followPlatform(layout, chosen, depth - 1);
}

async function describe(
  layout: Layout,
  { manifestDescriptor, manifest }: Found,
): Promise<Omit<ImageRecord, 'name' | 'target'>> {
  const config = parseImageConfig(await readSmallBlob(layout, manifest.config));
  const parts = [manifest.config, ...manifest.layers];
  return {
    id: manifest.config.digest,
    manifestDescriptor,
    ...(config.created !== undefined && { created: config.created }),
    size: parts.reduce((sum, { size }) => sum + size, 0),
    platform: platformOf(config),
    ...(config.config.Labels !== undefined && { labels: config.config.Labels }),
    layers: config.rootfs.diff_ids,
  };
}

function platformOf({ os, architecture, variant }: ImageConfig): Platform {
  return { os, architecture, ...(variant !== undefined && { variant }) };
}

function unusable(name: { name?: string }, target: Descriptor, problem: string): ImageRecord {
  return {
    ...name,
    id: target.digest,
    target,
    manifestDescriptor: target,
    size: 0,
    layers: [],
    problem,
  };
}
