import { readBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import type { Descriptor } from '@ctrkit/oci';
import type { EnsureLayersOptions } from './ensure-layers-options.ts';

export interface CompressedLayer {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Whether nobody else has a use for its chunks. */
  readonly disposable: boolean;
}

/** Lets somebody have the compressed bytes of a layer as they arrive, who checks the diff id of what comes out. */
export type UseLayer = <T>(
  descriptor: Descriptor,
  use: (layer: CompressedLayer) => Promise<T>,
) => Promise<T>;

/** Errors that a damaged blob may be the reason of. */
const suspicious: ReadonlySet<unknown> = new Set([
  'DIFF_ID_MISMATCH',
  'LAYER_CORRUPT',
  'LAYER_INVALID',
  'LAYER_TOO_LARGE',
]);

/**
 * The layers of a layout, each as soon as `arrived` says that it is there. The diff id says all that the blob's own
 * digest would, so that is looked at only where something was wrong, to say whose fault it is: a tenth of unpacking is hashing it. Throws what `use` and `readBlob` throw.
 */
export function layersIn(layout: Layout, arrived?: EnsureLayersOptions['arrived']): UseLayer {
  return async (descriptor, use) => {
    await arrived?.(descriptor);
    try {
      const bytes = readBlob(layout, descriptor, { trusted: true });
      return await use({ bytes, disposable: true });
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (suspicious.has(code)) for await (const _ of readBlob(layout, descriptor)) continue;
      throw error;
    }
  };
}

/** Layers from a source that fails at its end where they are not the descriptor's. */
export function layersFrom(
  source: (descriptor: Descriptor) => AsyncIterable<Uint8Array>,
): UseLayer {
  return (descriptor, use) => use({ bytes: source(descriptor), disposable: false });
}
