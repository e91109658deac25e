import type { Descriptor, Reference } from '@ctrkit/oci';
import type { RegistryClient } from '../registry-client.ts';
import { orAtOrigin } from './at-origin.ts';
import type { PushEvent, PushLayerEvent } from './events.ts';
import type { ImageSource } from './image-source.ts';
import type { UploadOutcome } from './upload-blob.ts';

/** How one blob of an image is pushed. */
export interface OneBlobOptions {
  client: RegistryClient;
  /** Only what happens to layers is told. */
  isLayer: boolean;
  chunkSize?: number;
  mountFrom?: (blob: Descriptor) => string | undefined;
  onEvent?: (event: PushEvent) => void;
  signal: AbortSignal;
}

const REPORT_MS = 100;

const statuses: Readonly<Record<UploadOutcome, PushLayerEvent['status']>> = {
  exists: 'present',
  mounted: 'mounted',
  uploaded: 'pushed',
};

/** Pushes a blob of an image and tells how it goes; answers how many bytes were sent. */
export async function pushOneBlob(
  source: ImageSource,
  blob: Descriptor,
  target: Reference,
  options: OneBlobOptions,
): Promise<number> {
  const { client, chunkSize, signal } = options;
  const mountFrom = options.mountFrom?.(blob);
  const report = reporterOf(blob, options);
  let sent = 0;
  const settings = {
    mountFrom,
    signal,
    ...(chunkSize !== undefined && { chunkSize }),
    onProgress: (bytes: number) => {
      sent = bytes;
      report('pushing', bytes, {});
    },
    onRetry: () => report('retrying', sent, {}),
  };
  const outcome = await orAtOrigin(
    source,
    async (from) =>
      await client.pushBlob(target, blob, () => openBlob(from, blob, signal), settings),
  );
  const from = outcome === 'mounted' && mountFrom !== undefined ? { from: mountFrom } : {};
  report(statuses[outcome], blob.size, from);
  return outcome === 'uploaded' ? blob.size : 0;
}

async function* openBlob(
  source: ImageSource,
  blob: Descriptor,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  // What stands in the descriptor itself was checked when that was parsed.
  if (blob.data !== undefined) yield Buffer.from(blob.data, 'base64');
  else yield* source.open(blob, signal);
}

function reporterOf(
  { digest, size }: Descriptor,
  { isLayer, onEvent }: OneBlobOptions,
): (status: PushLayerEvent['status'], current: number, more: { from?: string }) => void {
  let last = -Infinity;
  return (status, current, more) => {
    if (!isLayer || onEvent === undefined) return;
    const now = performance.now();
    if (status === 'pushing' && now - last < REPORT_MS) return;
    last = now;
    onEvent({ type: 'layer', id: digest, status, current, total: size, ...more });
  };
}
