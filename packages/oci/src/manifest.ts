import { readAnnotations, readDescriptor, readMediaType } from './descriptor.ts';
import type { Descriptor } from './descriptor.ts';
import { isManifestType, isSchema1Type, mediaTypes } from './media-types.ts';
import { OciError } from './oci-error.ts';
import { inside, listOf, optional, readDocument, readString, required, wrong } from './shape.ts';
import type { Place } from './shape.ts';

/**
 * An image manifest, OCI's or Docker's schema 2: the config and the layers, lowest first.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md
 */
export interface ImageManifest {
  schemaVersion: 2;
  mediaType: string;
  config: Descriptor;
  layers: Descriptor[];
  artifactType?: string;
  subject?: Descriptor;
  annotations?: Record<string, string>;
}

/** The manifest in a document of at most 4 MiB. Throws MANIFEST_INVALID, SCHEMA1_UNSUPPORTED. */
export function parseManifest(bytes: Uint8Array): ImageManifest {
  const place: Place = { code: 'MANIFEST_INVALID', path: 'manifest' };
  return readManifest(readDocument(bytes, place), place);
}

/** The manifest in a parsed document; one without a media type is OCI's. */
export function readManifest(fields: Record<string, unknown>, place: Place): ImageManifest {
  checkSchema(fields, place);
  // One document with two readings has one digest and two contents (CVE-2021-41190).
  for (const key of ['manifests', 'fsLayers']) {
    if (Object.hasOwn(fields, key)) throw wrong(place, `an image manifest with ${key}`);
  }
  const mediaType = bodyMediaType(fields, place) ?? mediaTypes.manifest;
  if (!isManifestType(mediaType)) throw wrong(inside(place, 'mediaType'), 'not that of a manifest');
  return {
    schemaVersion: 2,
    mediaType,
    config: required(fields, 'config', place, readDescriptor),
    layers: required(fields, 'layers', place, listOf(readDescriptor)),
    ...readCommon(fields, place),
  };
}

/** The media type that a manifest or an index says it has. */
export function bodyMediaType(fields: Record<string, unknown>, place: Place): string | undefined {
  return optional(fields, 'mediaType', place, readMediaType).mediaType;
}

/** What a manifest and an index have in common. */
export function readCommon(
  fields: Record<string, unknown>,
  place: Place,
): Pick<ImageManifest, 'artifactType' | 'subject' | 'annotations'> {
  return {
    ...optional(fields, 'artifactType', place, readString),
    ...optional(fields, 'subject', place, readDescriptor),
    ...optional(fields, 'annotations', place, readAnnotations),
  };
}

/** Throws unless the document says that it is of version 2. */
export function checkSchema(fields: Record<string, unknown>, place: Place): void {
  if (fields['schemaVersion'] === 1 || isSchema1Type(String(fields['mediaType']))) {
    throw schema1Unsupported();
  }
  if (fields['schemaVersion'] !== 2) throw wrong(inside(place, 'schemaVersion'), 'not 2');
}

/** The error for Docker's manifests of before 2016. */
export function schema1Unsupported(): OciError {
  return new OciError(
    'SCHEMA1_UNSUPPORTED',
    'the manifest is of Docker Image Format v1 or v2, schema 1, which is not supported',
    {
      hint: 'push the image again with a current tool: docker pull and docker push, or skopeo copy',
    },
  );
}
