import type { HttpAnswer } from './http/exchange.ts';
import { readBatches } from './http/read-batches.ts';
import { createRetries } from './http/retry.ts';
import type { Timeouts } from './http/timeouts.ts';
import { openBlob } from './open-blob.ts';
import type { BlobIdentity, BlobRequest, OpenedBlob } from './open-blob.ts';
import { RegistryError } from './registry-error.ts';
import type { Session } from './session.ts';

/** How they are fetched. */
export interface BlobOptions {
  signal?: AbortSignal;
  /** Called when a try failed and another follows, which goes on where that one stopped. */
  onRetry?: (error: unknown) => void;
}

const HINT = 'pull again: what is here already is kept and not fetched twice';

// So much progress shows that a connection was of use; with less, a registry could string us along.
const PROGRESS = 1024 * 1024;

/**
 * The bytes of a blob from `offset` on, in batches of chunks: exactly as many as its descriptor says,
 * but not verified. A connection that breaks is replaced by one that asks for the rest by Range. Throws
 * BLOB_UNKNOWN, SIZE_MISMATCH (more or other than announced), BLOB_TRUNCATED (less, again and again),
 * PROTOCOL_ERROR, and what the session throws.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-blobs
 */
export async function* fetchBlob(
  session: Session,
  { repository, blob, offset }: BlobRequest,
  { signal, onRetry }: BlobOptions = {},
): AsyncGenerator<Buffer[], void, undefined> {
  const retries = createRetries(session.retryPolicy, signal);
  let position = offset;
  let counted = offset;
  while (position < blob.size) {
    let opened: OpenedBlob | undefined;
    try {
      opened = await openBlob(session, { repository, blob, offset: position }, signal);
      for await (const batch of restOf(opened, blob, position, session.context.timeouts)) {
        for (const chunk of batch) position += chunk.length;
        if (position - counted >= PROGRESS) retries.reset();
        yield batch;
      }
      if (position < blob.size) throw truncated(opened.answer, blob, position);
    } catch (error) {
      const failure = opened === undefined ? error : brokenOff(error, blob, position);
      await retries.after(failure);
      counted = position;
      onRetry?.(failure);
    }
  }
}

/** The chunks of `batch` without its first `count` bytes. */
function dropBytes(batch: Buffer[], count: number): Buffer[] {
  let left = count;
  return batch.flatMap((chunk) => {
    const dropped = Math.min(left, chunk.length);
    left -= dropped;
    return dropped === chunk.length ? [] : [chunk.subarray(dropped)];
  });
}

// What is left to fetch from `position` on; never a byte more than the blob has.
async function* restOf(
  { answer, first }: OpenedBlob,
  blob: BlobIdentity,
  position: number,
  timeouts: Timeouts,
): AsyncGenerator<Buffer[], void, undefined> {
  const announced = Number(answer.headers['content-length'] ?? NaN);
  const most = blob.size - first;
  if (announced > most || (answer.status === 200 && announced < most)) {
    answer.message.destroy();
    throw wrongSize(answer, blob, first + announced);
  }
  let at = first;
  for await (const batch of readBatches(answer, timeouts)) {
    const start = at;
    for (const chunk of batch) at += chunk.length;
    if (at > blob.size) throw wrongSize(answer, blob, at);
    if (at > position) yield start < position ? dropBytes(batch, position - start) : batch;
  }
}

function wrongSize(
  { url, headers }: HttpAnswer,
  blob: BlobIdentity,
  actual: number,
): RegistryError {
  const encoding = headers['content-encoding'];
  const what = `blob ${blob.digest}: ${url.host} sends ${actual} bytes instead of ${blob.size}`;
  return new RegistryError('SIZE_MISMATCH', what, {
    hint:
      encoding === undefined
        ? 'the registry is damaged, or lies: do not use this image'
        : `it came with Content-Encoding ${encoding}, which was not asked for`,
  });
}

function truncated({ url }: HttpAnswer, blob: BlobIdentity, position: number): RegistryError {
  const what = `blob ${blob.digest}: ${url.host} ended it at ${position} of ${blob.size} bytes`;
  return new RegistryError('BLOB_TRUNCATED', what, { hint: HINT, transient: true });
}

// A connection that broke while it brought the blob.
function brokenOff(error: unknown, blob: BlobIdentity, position: number): unknown {
  const isBroken = error instanceof RegistryError && error.code === 'REGISTRY_UNREACHABLE';
  if (!isBroken) return error;
  const what = `blob ${blob.digest}: broke off at ${position} of ${blob.size} bytes: ${error.message}`;
  return new RegistryError('BLOB_TRUNCATED', what, {
    hint: HINT,
    transient: error.transient,
    cause: error,
  });
}
