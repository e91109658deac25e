import { createHash } from 'node:crypto';
import { digestAlgorithm, digestHex } from '@ctrkit/oci';
import { createAppender } from './append.ts';
import type { Channel } from './channel.ts';
import type { BlobJob } from './blob-job.ts';
import { readStart } from './partial.ts';
import type { Partial } from './partial.ts';

/** Milliseconds between two reports of one blob. */
const REPORT_MS = 100;

/**
 * Completes the file of a partial: hashes what is there, fetches and hashes the rest, writes it. All
 * bytes, from the first, go through the channel as well. Answers whether they are the blob's, and how
 * many came from the registry.
 */
export async function fillPartial(
  { handle, path }: Partial,
  { blob, reference, client, signal, report, message, originOnly = false }: BlobJob,
  channel: Channel | undefined,
): Promise<{ verified: boolean; fetched: number }> {
  const { size } = await handle.stat();
  const start = size <= blob.size ? size : 0;
  if (start !== size) await handle.truncate(0);
  const hash = createHash(digestAlgorithm(blob.digest));
  for await (const chunk of readStart(handle, start)) {
    hash.update(chunk);
    await channel?.push([chunk]);
    signal.throwIfAborted();
  }
  const appender = createAppender(handle, path, start);
  const progress = createReporter(report);
  let position = start;
  const onRetry = (): void => report('retrying', position);
  try {
    progress(position);
    const batches = client.streamBlob(reference, blob, {
      offset: start,
      signal,
      onRetry,
      onFallback: message,
      originOnly,
    });
    for await (const batch of batches) {
      for (const chunk of batch) {
        hash.update(chunk);
        position += chunk.length;
      }
      await appender.append(batch);
      await channel?.push(batch);
      progress(position);
    }
    await appender.finish();
  } finally {
    await appender.settle();
  }
  return { verified: hash.digest('hex') === digestHex(blob.digest), fetched: position - start };
}

function createReporter(report: BlobJob['report']): (current: number) => void {
  let last = -Infinity;
  return (current) => {
    const now = performance.now();
    if (now - last < REPORT_MS) return;
    last = now;
    report('downloading', current);
  };
}
