import type { VerifyResult } from '@ctrkit/image-store';
import type { LayerDamage } from '@ctrkit/rootfs';

/** An unpacked layer that is not what its blob says, and what became of it. */
export interface DamagedLayer extends LayerDamage {
  /** The images that have it, by name or, nameless, by id. */
  readonly images: readonly string[];
  readonly repaired: boolean;
  /** Why it was not made again, where that was asked for. */
  readonly repairError?: string;
}

export interface VerifiedImages extends VerifyResult {
  readonly layers: readonly DamagedLayer[];
}

export interface VerifyImagesOptions {
  /** Names or ids. @default all images, and what lies beside them */
  readonly images?: readonly string[];
  /** Fetches again what is damaged or missing, and makes damaged layers again. @default nothing is changed */
  readonly repair?: boolean;
  readonly signal?: AbortSignal;
}
