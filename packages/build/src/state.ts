import type { CachedLayer } from '@ctrkit/image-store';
import type { Digest, HistoryEntry, ImageConfig, ImageRunConfig } from '@ctrkit/oci';
import { digestOf } from '@ctrkit/oci';

/** A layer of an image that is being built, with its blob. */
export type StageLayer = CachedLayer;

/** An image between two instructions. */
export interface State {
  /** Of all that its files depend on, and of what each step made of that. */
  readonly filesKey: Digest;
  /** Of all that the image depends on. */
  readonly imageKey: Digest;
  /** The lowest first. */
  readonly layers: readonly StageLayer[];
  /** The image that its stages began with; undefined: none. */
  readonly baseId?: Digest;
  /** How many of them are those of the image that it began with. */
  readonly baseLayers: number;
  readonly config: ImageRunConfig;
  readonly history: readonly HistoryEntry[];
  readonly platform: Pick<ImageConfig, 'architecture' | 'os' | 'variant' | 'os.version'>;
  readonly author: string | undefined;
  /** RFC 3339: of its last step. */
  readonly created: string | undefined;
}

/** The configuration as it is written. */
export function imageConfigOf(state: State): ImageConfig {
  const { platform, created, author, config, layers, history } = state;
  return {
    ...(created !== undefined && { created }),
    ...(author !== undefined && { author }),
    ...platform,
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: [...history],
  };
}

/** The id that an image of this state has. */
export const imageIdOf = (state: State): Digest => digestOf(JSON.stringify(imageConfigOf(state)));
