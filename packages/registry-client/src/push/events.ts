import type { Digest } from '@ctrkit/oci';

/** What happens to one blob of a push. Its last event is `present`, `mounted` or `pushed`. */
export interface PushLayerEvent {
  type: 'layer';
  id: Digest;
  status: 'present' | 'mounted' | 'pushing' | 'retrying' | 'pushed';
  /** Bytes that are there so far. */
  current: number;
  /** Bytes in all. */
  total: number;
  /** The repository that it was mounted from. */
  from?: string;
}

/** A line for people. */
export interface PushMessageEvent {
  type: 'message';
  text: string;
}

export type PushEvent = PushLayerEvent | PushMessageEvent;
