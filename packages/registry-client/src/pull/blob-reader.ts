import type { Descriptor } from '@ctrkit/oci';

/** Reads a blob while it is downloaded; see `PullOptions.onLayer`. */
export type BlobReader = (blob: Descriptor, stream: AsyncIterable<Buffer>) => Promise<void>;
