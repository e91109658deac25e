import { parseDescriptor, parseJson, parseDigest, OciError } from '@ctrkit/oci';
import type { Descriptor, Digest } from '@ctrkit/oci';

/** The layer that a step of a build made. */
export interface CachedLayer {
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
}

/** What a step of a build made, under the key of all that it was made from. */
export interface CachedStep {
  readonly key: Digest;
  /** RFC 3339. */
  readonly created: string;
  /** Undefined where it changed no file. */
  readonly layer?: CachedLayer;
  /** The key under which the same stands, where this one only leads there. */
  readonly alias?: Digest;
  /** The instruction, for people. */
  readonly text: string;
}

/** The record in a file of the cache, of that key; undefined where it is none that is whole. */
export function parseCachedStep(bytes: Uint8Array, key: Digest): CachedStep | undefined {
  try {
    const value = parseJson(bytes, { maxBytes: 256 * 1024 }) as Record<string, unknown> | null;
    const { created, text, layer, alias } = value ?? {};
    if (value?.['key'] !== key || typeof created !== 'string' || typeof text !== 'string') {
      return undefined;
    }
    return {
      key,
      created,
      text,
      ...(layer !== undefined && { layer: parseCachedLayer(layer) }),
      ...(alias !== undefined && { alias: parseDigest(alias) }),
    };
  } catch (error) {
    // A step that cannot be read is made again.
    if (error instanceof OciError) return undefined;
    throw error;
  }
}

/** A layer as a record has it. Throws oci's DESCRIPTOR_INVALID, DIGEST_INVALID. */
export function parseCachedLayer(value: unknown): CachedLayer {
  const { descriptor, diffId } = (value ?? {}) as Record<string, unknown>;
  return { descriptor: parseDescriptor(descriptor), diffId: parseDigest(diffId) };
}
