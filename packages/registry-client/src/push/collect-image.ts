import { isIndexType, isManifestType } from '@ctrkit/oci';
import type { Descriptor, ImageManifest } from '@ctrkit/oci';
import type { FetchedManifest } from '../fetch-manifest.ts';
import { blobsOf } from '../pull/check-image.ts';
import { RegistryError } from '../registry-error.ts';
import type { ImageSource } from './image-source.ts';

/** All that an image consists of, each once. */
export interface ImageParts {
  /** What is pointed at before what points at it; the image itself is the last one. */
  manifests: FetchedManifest[];
  /** Configs and layers. */
  blobs: Descriptor[];
  /** Those of the blobs that are configs. */
  configs: ReadonlySet<string>;
}

// An index in an index is allowed and rare; more than this is a game.
const DEEPEST = 4;
// All manifests are in memory at once; those of real images have a few KiB each.
const MOST_MANIFEST_BYTES = 64 * 1024 * 1024;

/**
 * Follows an image from its manifest or index to its last blob. Layers that lie elsewhere by their own word (`urls`) and
 * are not in the source are left out. Throws IMAGE_INCOMPLETE, IMAGE_INVALID, and what the source throws.
 */
export async function collectImage(
  source: ImageSource,
  root: FetchedManifest,
  signal?: AbortSignal,
): Promise<ImageParts> {
  const collector = new Collector(source, signal);
  await collector.visit(root, 1);
  return collector.parts();
}

class Collector {
  readonly #source: ImageSource;
  readonly #signal: AbortSignal | undefined;
  readonly #manifests = new Map<string, FetchedManifest>();
  readonly #blobs = new Map<string, Descriptor>();
  readonly #configs = new Set<string>();
  #bytes = 0;

  constructor(source: ImageSource, signal: AbortSignal | undefined) {
    this.#source = source;
    this.#signal = signal;
  }

  parts(): ImageParts {
    return {
      manifests: [...this.#manifests.values()],
      blobs: [...this.#blobs.values()],
      configs: this.#configs,
    };
  }

  async visit(found: FetchedManifest, depth: number): Promise<void> {
    if (depth > DEEPEST)
      throw invalid(this.#source, `indexes nested more than ${DEEPEST - 1} deep`);
    this.#bytes += found.bytes.length;
    if (this.#bytes > MOST_MANIFEST_BYTES) throw invalid(this.#source, 'over 64 MiB of manifests');
    if (found.content.kind === 'manifest') await this.#addBlobs(found.content.manifest);
    else {
      for (const child of found.content.index.manifests) await this.#visitChild(child, depth + 1);
    }
    this.#manifests.set(found.descriptor.digest, found);
  }

  async #visitChild(child: Descriptor, depth: number): Promise<void> {
    if (this.#manifests.has(child.digest)) return;
    if (!isIndexType(child.mediaType) && !isManifestType(child.mediaType)) {
      await this.#addBlob(child);
      return;
    }
    if (!(await this.#source.has(child))) throw incomplete(this.#source, child);
    await this.visit(await this.#source.manifest(child, this.#signal), depth);
  }

  async #addBlobs(manifest: ImageManifest): Promise<void> {
    this.#configs.add(manifest.config.digest);
    for (const blob of blobsOf(manifest)) await this.#addBlob(blob);
  }

  async #addBlob(blob: Descriptor): Promise<void> {
    const known = this.#blobs.get(blob.digest);
    if (known !== undefined && known.size !== blob.size) {
      throw invalid(this.#source, `two sizes for one blob, ${blob.digest}`);
    }
    if (known !== undefined) return;
    const isThere = blob.data !== undefined || (await this.#source.has(blob));
    if (isThere) this.#blobs.set(blob.digest, blob);
    else if ((blob.urls ?? []).length === 0) throw incomplete(this.#source, blob);
  }
}

function invalid({ name }: ImageSource, why: string): RegistryError {
  return new RegistryError('IMAGE_INVALID', `${name}: the image has ${why}`);
}

function incomplete({ name }: ImageSource, { digest, platform }: Descriptor): RegistryError {
  const whose = platform === undefined ? '' : ` (${platform.os}/${platform.architecture})`;
  return new RegistryError('IMAGE_INCOMPLETE', `${name}: lacks ${digest}${whose}`, {
    hint: 'pull the image again, for all platforms, or push that of one platform with --platform',
  });
}
