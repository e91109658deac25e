import type { BlobReader } from './blob-reader.ts';
import type { Locker } from '@ctrkit/durable';
import type { Layout } from '@ctrkit/layout';
import type { Descriptor, Reference } from '@ctrkit/oci';
import type { RegistryClient } from '../registry-client.ts';
import type { PullLayerEvent } from './events.ts';
import type { Gate } from './gate.ts';

/** One blob to be brought into a layout. */
export interface BlobJob {
  client: RegistryClient;
  reference: Reference;
  layout: Layout;
  blob: Descriptor;
  reader?: BlobReader | undefined;
  /** Through it goes what uses the network. */
  gate: Gate;
  locker: Locker;
  /** Through it goes what waits for the disk. */
  syncing: Gate;
  signal: AbortSignal;
  report: (status: PullLayerEvent['status'], current: number) => void;
  /** Says something to people. */
  message: (text: string) => void;
  /** Not from mirrors: they sent something else. */
  originOnly?: boolean;
}
