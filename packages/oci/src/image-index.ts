import { readDescriptor } from './descriptor.ts';
import type { Descriptor } from './descriptor.ts';
import { bodyMediaType, checkSchema, readCommon } from './manifest.ts';
import { isIndexType, mediaTypes } from './media-types.ts';
import { inside, listOf, readDocument, required, wrong } from './shape.ts';
import type { Place } from './shape.ts';

/**
 * An image index or Docker's manifest list: one manifest for each platform.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md
 */
export interface ImageIndex {
  schemaVersion: 2;
  mediaType: string;
  manifests: Descriptor[];
  artifactType?: string;
  subject?: Descriptor;
  annotations?: Record<string, string>;
}

/** The index in a document of at most 4 MiB. Throws MANIFEST_INVALID, SCHEMA1_UNSUPPORTED. */
export function parseImageIndex(bytes: Uint8Array): ImageIndex {
  const place: Place = { code: 'MANIFEST_INVALID', path: 'image index' };
  return readImageIndex(readDocument(bytes, place), place);
}

/** The index in a parsed document; one without a media type is OCI's. */
export function readImageIndex(fields: Record<string, unknown>, place: Place): ImageIndex {
  checkSchema(fields, place);
  // See readManifest: CVE-2021-41190.
  for (const key of ['layers', 'config', 'fsLayers']) {
    if (Object.hasOwn(fields, key)) throw wrong(place, `an image index with ${key}`);
  }
  const mediaType = bodyMediaType(fields, place) ?? mediaTypes.index;
  if (!isIndexType(mediaType)) throw wrong(inside(place, 'mediaType'), 'not that of an index');
  return {
    schemaVersion: 2,
    mediaType,
    manifests: required(fields, 'manifests', place, listOf(readDescriptor)),
    ...readCommon(fields, place),
  };
}
