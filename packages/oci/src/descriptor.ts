import { createHash } from 'node:crypto';
import { digestAlgorithm, digestHex } from './digest.ts';
import type { Digest } from './digest.ts';
import { readPlatform } from './platform.ts';
import type { Platform } from './platform.ts';
import {
  inside,
  mapOf,
  optional,
  readDigest,
  readObject,
  readSize,
  readString,
  readStrings,
  required,
  wrong,
} from './shape.ts';
import type { Place, Read } from './shape.ts';

/**
 * What a blob is, and how to know it.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md
 */
export interface Descriptor {
  mediaType: string;
  digest: Digest;
  /** In bytes. */
  size: number;
  annotations?: Record<string, string>;
  platform?: Platform;
  artifactType?: string;
  /** Other places to fetch the blob from. Chosen by the image's author, so not to be trusted. */
  urls?: string[];
  /** The blob itself in base64; checked against `digest` and `size` when parsed. */
  data?: string;
}

/** The descriptor in a JSON value. Throws DESCRIPTOR_INVALID. */
export function parseDescriptor(value: unknown): Descriptor {
  return readDescriptor(value, { code: 'DESCRIPTOR_INVALID', path: 'descriptor' });
}

export const readAnnotations: Read<Record<string, string>> = mapOf(readString);

/** The descriptor at a place in a document. */
export function readDescriptor(value: unknown, place: Place): Descriptor {
  const fields = readObject(value, place);
  const descriptor: Descriptor = {
    mediaType: required(fields, 'mediaType', place, readMediaType),
    digest: required(fields, 'digest', place, readDigest),
    size: required(fields, 'size', place, readSize),
    ...optional(fields, 'annotations', place, readAnnotations),
    ...optional(fields, 'platform', place, readPlatform),
    ...optional(fields, 'artifactType', place, readString),
    ...optional(fields, 'urls', place, readStrings),
    ...optional(fields, 'data', place, readString),
  };
  if (descriptor.data !== undefined) checkData(descriptor, descriptor.data, inside(place, 'data'));
  return descriptor;
}

/** A media type in the form of RFC 6838, without parameters. */
export function readMediaType(value: unknown, place: Place): string {
  const text = readString(value, place);
  // https://www.rfc-editor.org/rfc/rfc6838#section-4.2
  if (/^[A-Za-z0-9][\w!#$&^.+-]{0,126}\/[A-Za-z0-9][\w!#$&^.+-]{0,126}$/.test(text)) return text;
  throw wrong(place, 'not a media type');
}

function checkData(descriptor: Descriptor, data: string, place: Place): void {
  const bytes = Buffer.from(data, 'base64');
  const algorithm = digestAlgorithm(descriptor.digest);
  const hex = createHash(algorithm).update(bytes).digest('hex');
  if (bytes.byteLength !== descriptor.size || hex !== digestHex(descriptor.digest)) {
    throw wrong(place, 'not what the digest and the size say');
  }
}
