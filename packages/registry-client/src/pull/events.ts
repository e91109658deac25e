import type { Digest } from '@ctrkit/oci';
import type { RateLimit } from '../rate-limit.ts';

/** What happens to one blob of a pull. Its last event is `exists` or `downloaded`. */
export interface PullLayerEvent {
  type: 'layer';
  id: Digest;
  status: 'exists' | 'downloading' | 'retrying' | 'downloaded';
  /** Bytes that are here so far. */
  current: number;
  /** Bytes in all. */
  total: number;
}

/** A line for people. */
export interface PullMessageEvent {
  type: 'message';
  text: string;
}

/** How many pulls the registry still allows: Docker Hub tells. */
export interface PullRateLimitEvent extends RateLimit {
  type: 'rate-limit';
  registry: string;
}

export type PullEvent = PullLayerEvent | PullMessageEvent | PullRateLimitEvent;
