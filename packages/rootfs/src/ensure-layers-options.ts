import type { Descriptor } from '@ctrkit/oci';
import type { OnEvent } from './events.ts';
import type { LayerClaim } from './layer-claims.ts';
import type { TarLimits } from './tar/tar-reader.ts';

export interface EnsureLayersOptions {
  /** Where everything is kept: layers go to `layers/` in it. */
  readonly root: string;
  /**
   * The compressed bytes of a layer, as they arrive. Must fail at its end if they are not the descriptor's.
   * @default read from the layout
   */
  readonly source?: (descriptor: Descriptor) => AsyncIterable<Uint8Array>;
  /** Resolves when the blob of a layer is in the layout, rejects when it will not be. @default all are there */
  readonly arrived?: (descriptor: Descriptor) => Promise<void>;
  /** How many layers are unpacked at the same time. @default 3 */
  readonly concurrency?: number;
  readonly limits?: TarLimits;
  /** One that is held already, and longer than this call. @default one for this call alone */
  readonly claim?: LayerClaim;
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
}
