import { stat } from 'node:fs/promises';
import { errnoOf } from '@ctrkit/durable';
import { blobPath, LayoutError, readSmallBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { isIndexType, isManifestType, mediaTypes, OciError, parseJson } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';

/** The largest manifest that is taken or given: the spec's recommended limit. */
export const MANIFEST_LIMIT: number = 4 * 1024 * 1024;

export interface StoredManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** The manifest or index of that digest, verified; undefined when there is none, or it is another blob. */
export async function readStoredManifest(
  layout: Layout,
  digest: Digest,
): Promise<StoredManifest | undefined> {
  const size = await blobSize(layout, digest);
  if (size === undefined || size > MANIFEST_LIMIT) return undefined;
  const bytes = await readOrNothing(layout, digest, size);
  const mediaType = bytes === undefined ? undefined : manifestMediaType(bytes);
  return bytes === undefined || mediaType === undefined ? undefined : { digest, mediaType, bytes };
}

/** How many bytes the blob of that digest has, or undefined when it is not there. */
export async function blobSize(layout: Layout, digest: Digest): Promise<number | undefined> {
  try {
    const found = await stat(blobPath(layout, digest));
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * The media type that a manifest says or, where it leaves that out as the OCI spec lets it, shows by
 * its form; undefined for anything that is not a manifest or index.
 */
export function manifestMediaType(bytes: Uint8Array): string | undefined {
  const fields = jsonObject(bytes);
  const said = fields?.['mediaType'];
  if (typeof said === 'string') {
    return isManifestType(said) || isIndexType(said) ? said : undefined;
  }
  if (Array.isArray(fields?.['manifests'])) return mediaTypes.index;
  return Array.isArray(fields?.['layers']) ? mediaTypes.manifest : undefined;
}

function jsonObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  // Most small blobs that are not JSON, such as gzip layers, are told apart by their first byte.
  if (bytes[0] !== 0x7b && !/^\s*\{/.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1'))) {
    return undefined;
  }
  try {
    return parseJson(bytes, { maxBytes: MANIFEST_LIMIT }) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof OciError) return undefined;
    throw error;
  }
}

async function readOrNothing(
  layout: Layout,
  digest: Digest,
  size: number,
): Promise<Buffer | undefined> {
  try {
    return await readSmallBlob(layout, { digest, size });
  } catch (error) {
    // Removed since its size was asked for.
    if (error instanceof LayoutError && error.code === 'BLOB_NOT_FOUND') return undefined;
    throw error;
  }
}
