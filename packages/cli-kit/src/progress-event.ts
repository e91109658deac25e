/**
 * What happens to one layer or blob. Its last event is `exists`, `downloaded` (when nothing is unpacked) or `done`; on the
 * way to a registry `present`, `mounted` or `pushed`.
 */
export interface LayerEvent {
  readonly type: 'layer';
  /** The digest or a short form of it. */
  readonly id: string;
  readonly status:
    | 'exists'
    | 'downloading'
    | 'retrying'
    | 'downloaded'
    | 'unpacking'
    | 'done'
    | 'present'
    | 'mounted'
    | 'pushing'
    | 'pushed';
  /** Bytes so far, and in all. */
  readonly current?: number;
  readonly total?: number;
  /** The repository that it was mounted from. */
  readonly from?: string;
}

/** A line for people. */
export interface MessageEvent {
  readonly type: 'message';
  readonly text: string;
}

/** How many pulls a registry still allows, of how many in one window. */
export interface RateLimitEvent {
  readonly type: 'rate-limit';
  readonly registry: string;
  readonly limit: number;
  readonly remaining: number;
  readonly windowSeconds: number;
}

export type ProgressEvent = LayerEvent | MessageEvent | RateLimitEvent;
