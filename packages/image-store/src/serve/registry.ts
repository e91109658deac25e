import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Layout } from '@ctrkit/layout';
import type { Digest } from '@ctrkit/oci';
import type { PushLease } from './push-lease.ts';
import type { Uploads } from './uploads.ts';

/** What a running registry works with. */
export interface Registry {
  readonly layout: Layout;
  readonly readOnly: boolean;
  readonly allowDelete: boolean;
  /** Manifests that were deleted here, and whose bytes stay until garbage is collected. */
  readonly deleted: Set<Digest>;
  readonly uploads: Uploads;
  readonly pushLease: PushLease;
}

/** One request and its answer. */
export interface Exchange {
  readonly registry: Registry;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
}
