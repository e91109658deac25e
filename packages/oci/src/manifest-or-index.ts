import { readImageIndex } from './image-index.ts';
import type { ImageIndex } from './image-index.ts';
import { bodyMediaType, checkSchema, readManifest, schema1Unsupported } from './manifest.ts';
import type { ImageManifest } from './manifest.ts';
import { isIndexType, isManifestType, isSchema1Type } from './media-types.ts';
import { OciError } from './oci-error.ts';
import { quote } from './quote.ts';
import { readDocument, wrong } from './shape.ts';
import type { Place } from './shape.ts';

/** What a reference or a descriptor led to. */
export type ManifestOrIndex =
  | { readonly kind: 'manifest'; readonly manifest: ImageManifest }
  | { readonly kind: 'index'; readonly index: ImageIndex };

// What servers that know nothing of images say of any JSON.
const sayNothing: ReadonlySet<string> = new Set([
  '',
  'application/json',
  'application/octet-stream',
  'text/plain',
]);

/**
 * The manifest or index in `bytes`. `mediaType` is what the registry's Content-Type or a descriptor says,
 * parameters allowed; where the document says it too, both must agree (CVE-2021-41190).
 * Throws MANIFEST_INVALID, SCHEMA1_UNSUPPORTED, UNSUPPORTED_MEDIA_TYPE.
 */
export function parseManifestOrIndex(bytes: Uint8Array, mediaType: string): ManifestOrIndex {
  const place: Place = { code: 'MANIFEST_INVALID', path: 'manifest' };
  const said = mediaType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (isSchema1Type(said)) throw schema1Unsupported();
  const fields = readDocument(bytes, place);
  checkSchema(fields, place);
  const own = bodyMediaType(fields, place);
  const type = sayNothing.has(said) && own !== undefined ? own : said;
  if (own !== undefined && own !== type) {
    throw wrong(place, `served as ${quote(type)}, but says that it is ${quote(own)}`);
  }
  if (isManifestType(type))
    return { kind: 'manifest', manifest: { ...readManifest(fields, place), mediaType: type } };
  if (isIndexType(type))
    return { kind: 'index', index: { ...readImageIndex(fields, place), mediaType: type } };
  throw new OciError('UNSUPPORTED_MEDIA_TYPE', `not the media type of an image: ${quote(type)}`, {
    hint: 'the reference may name an artifact that is not a container image',
  });
}
