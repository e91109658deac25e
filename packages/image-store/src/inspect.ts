import type { Layout } from '@ctrkit/layout';
import type { Descriptor, Digest, ImageConfig } from '@ctrkit/oci';
import { findImage, noSuchImage } from './find.ts';
import { listImages } from './list.ts';
import { namesOf } from './names.ts';

/** All that is known of an image, in the shape and under the names of docker's `image inspect`. */
export interface ImageDetails {
  /** The digest of its configuration. */
  readonly Id: Digest;
  readonly RepoTags: readonly string[];
  readonly RepoDigests: readonly string[];
  /** Always empty: it was not built here step by step. */
  readonly Parent: string;
  /** That of the last step of its making. */
  readonly Comment: string;
  /** RFC 3339; empty where it does not say. */
  readonly Created: string;
  readonly DockerVersion: string;
  readonly Author: string;
  readonly Config: Readonly<Record<string, unknown>>;
  readonly Architecture: string;
  readonly Variant?: string;
  readonly Os: string;
  readonly OsVersion?: string;
  /** Bytes of its layers and its configuration, as stored (compressed). */
  readonly Size: number;
  readonly RootFS: { readonly Type: 'layers'; readonly Layers: readonly Digest[] };
  /** When it got its name is not kept. */
  readonly Metadata: { readonly LastTagTime: string };
  /** What its name points at: a manifest or an index. */
  readonly Descriptor: Descriptor;
}

const NEVER = '0001-01-01T00:00:00Z';

/**
 * Looks an image up as `findImage` does, and tells all that is known of it. Throws IMAGE_NOT_FOUND, AMBIGUOUS_ID,
 * NAME_INVALID, and what `resolveEntry` throws for a damaged image.
 */
export async function inspectImage(layout: Layout, nameOrId: string): Promise<ImageDetails> {
  const image = await findImage(layout, nameOrId);
  if (image === undefined) throw noSuchImage(nameOrId);
  const { id, config, manifest, target } = image;
  const same = (await listImages(layout)).filter((record) => record.id === id);
  const { tags, digests } = namesOf(same);
  return {
    Id: id,
    RepoTags: tags,
    RepoDigests: digests,
    Parent: '',
    Comment: config.history?.at(-1)?.comment ?? '',
    Created: config.created ?? '',
    DockerVersion: '',
    Author: config.author ?? '',
    Config: inspectConfig(config),
    Architecture: config.architecture,
    ...(config.variant !== undefined && { Variant: config.variant }),
    Os: config.os,
    ...(config['os.version'] !== undefined && { OsVersion: config['os.version'] }),
    Size: [manifest.config, ...manifest.layers].reduce((sum, { size }) => sum + size, 0),
    RootFS: { Type: 'layers', Layers: config.rootfs.diff_ids },
    Metadata: { LastTagTime: NEVER },
    Descriptor: target,
  };
}

/** Docker has these fields in every image; the others only where the image says something. */
function inspectConfig({ config }: ImageConfig): Record<string, unknown> {
  return {
    User: '',
    Env: null,
    Cmd: null,
    Volumes: null,
    WorkingDir: '',
    Entrypoint: null,
    OnBuild: null,
    Labels: null,
    ExposedPorts: undefined,
    StopSignal: undefined,
    Healthcheck: undefined,
    Shell: undefined,
    ...config,
  };
}
