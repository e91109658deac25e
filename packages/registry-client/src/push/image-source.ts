import { hasBlob, readBlob, readSmallBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { parseManifestOrIndex } from '@ctrkit/oci';
import type { Descriptor, Reference } from '@ctrkit/oci';
import type { FetchedManifest } from '../fetch-manifest.ts';
import { RegistryError } from '../registry-error.ts';
import type { RegistryClient } from '../registry-client.ts';

/** Where an image is taken from. Everything that it gives was verified, or is while it streams. */
export interface ImageSource {
  /** What it is called, for errors. */
  readonly name: string;
  /** The same without the mirrors that it may be read from; undefined where there are none. */
  readonly atOrigin?: ImageSource;
  /** The manifest or index of a descriptor. */
  manifest(descriptor: Descriptor, signal?: AbortSignal): Promise<FetchedManifest>;
  /** Whether it has a blob, as far as it can tell without reading it. */
  has(blob: Descriptor): Promise<boolean>;
  /** The bytes of a blob from its first; the stream fails at its end unless they are right. */
  open(blob: Descriptor, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

/** The images of a layout on disk. */
export function layoutSource(layout: Layout): ImageSource {
  return {
    name: layout.directory,
    manifest: async (descriptor) => {
      const bytes = await readSmallBlob(layout, descriptor);
      return { descriptor, bytes, content: parseManifestOrIndex(bytes, descriptor.mediaType) };
    },
    has: (blob) => hasBlob(layout, blob),
    open: (blob) => readBlob(layout, blob),
  };
}

/** What a repository of a registry has. With `originOnly`, mirrors are left out. */
export function registrySource(
  client: RegistryClient,
  reference: Reference,
  { originOnly = false }: { originOnly?: boolean } = {},
): ImageSource {
  const { registry, repository } = reference;
  const hasOthers = !originOnly && client.hasMirrors(reference);
  return {
    name: `${registry}/${repository}`,
    ...(hasOthers && { atOrigin: registrySource(client, reference, { originOnly: true }) }),
    manifest: async (child, signal) => {
      const named = { registry, repository, digest: child.digest };
      const { bytes } = await client.resolve(named, { originOnly, ...(signal && { signal }) });
      if (bytes.length !== child.size) throw otherSize(child, bytes.length);
      // By the index's word for it, which must also be the document's own.
      const content = parseManifestOrIndex(bytes, child.mediaType);
      return { descriptor: child, bytes, content };
    },
    has: (blob) => Promise.resolve(!liesElsewhere(blob)),
    open: (blob, signal) =>
      client.fetchBlob(reference, blob, { originOnly, ...(signal && { signal }) }),
  };
}

// Of layers that may not be handed on, registries mostly keep but the address.
function liesElsewhere({ mediaType, urls = [] }: Descriptor): boolean {
  return urls.length > 0 && /\.(?:nondistributable|foreign)\./.test(mediaType);
}

function otherSize({ digest, size }: Descriptor, actual: number): RegistryError {
  const what = `manifest ${digest}: has ${actual} bytes instead of ${size}`;
  return new RegistryError('SIZE_MISMATCH', what);
}
