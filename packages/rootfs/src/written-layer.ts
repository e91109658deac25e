import { createHash } from 'node:crypto';
import { gzip, writeBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { mediaTypes, parseDigest } from '@ctrkit/oci';
import type { Descriptor, Digest } from '@ctrkit/oci';
import type { LayerClaim } from './layer-claims.ts';

/** A layer that is there both as a blob of the layout and unpacked. */
export interface WrittenLayer {
  readonly diffId: Digest;
  /** Of the compressed blob. */
  readonly descriptor: Descriptor;
  /** Its files: a lower directory of an overlay; none where layers are kept together only. */
  readonly directory?: string;
  /** Keeps it unpacked until it is released, or for as long as this process lives. */
  readonly claim: LayerClaim;
}

/** A layer's blob, and the digest of what is in it. */
export type LayerBlob = Pick<WrittenLayer, 'diffId' | 'descriptor'>;

/** Writes the bytes of an uncompressed layer as a compressed blob. Throws what they throw, and `writeBlob`. */
export async function writeLayerBlob(
  layout: Layout,
  tar: AsyncIterable<Uint8Array>,
  { signal }: { signal?: AbortSignal | undefined },
): Promise<LayerBlob> {
  const hash = createHash('sha256');
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of tar) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const blob = await writeBlob(layout, undefined, gzip(hashed()), signal ? { signal } : {});
  const diffId = parseDigest(`sha256:${hash.digest('hex')}`);
  return { diffId, descriptor: { mediaType: mediaTypes.layerGzip, ...blob } };
}
