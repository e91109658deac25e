import { createRetries } from '../http/retry.ts';
import type { Session } from '../session.ts';
import { hasRemoteBlob } from './find-blob.ts';
import { openPieces } from './piece-reader.ts';
import type { BlobSource, PieceReader } from './piece-reader.ts';
import { beginUpload, commitUpload, sendPiece } from './upload.ts';
import type { UploadJob } from './upload.ts';
import { giveUpOrWait, SMALL } from './upload-recovery.ts';
import type { UploadState } from './upload-recovery.ts';

/** How a blob is brought to a registry. */
export interface UploadOptions {
  /** Bytes in one request at most, for registries and proxies that take no more. @default all */
  chunkSize?: number;
  /** How many of its bytes the registry has so far. */
  onProgress?: (bytes: number) => void;
  /** Called when a try failed and another follows, which goes on where that one stopped. */
  onRetry?: (error: unknown) => void;
}

/** What became of a blob. */
export type UploadOutcome = 'exists' | 'mounted' | 'uploaded';

/**
 * Brings a blob to a repository, unless it is there; from another repository of the registry if that has it. What breaks
 * off goes on from where the registry says that it is. The registry is not told the digest before the last byte of the
 * source was found to be right, so that wrong bytes never get that name. Throws UPLOAD_TRUNCATED, UPLOAD_UNKNOWN,
 * PROTOCOL_ERROR, what the source and what the session throws.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs
 */
export async function uploadBlob(
  session: Session,
  job: UploadJob,
  source: BlobSource,
  options: UploadOptions = {},
): Promise<UploadOutcome> {
  const retries = createRetries(session.retryPolicy, job.signal);
  const { chunkSize = Infinity } = options;
  const state: UploadState = { upload: undefined, counted: 0, resumed: false, chunkSize };
  for (;;) {
    try {
      if (state.upload === undefined) {
        // Also after a try: the answer to its last request may have been lost.
        if (await hasRemoteBlob(session, job.repository, job.blob, job.signal)) return 'exists';
        state.upload = await beginUpload(session, job);
        if (state.upload === undefined) return 'mounted';
      }
      await transfer(session, job, source, state, options);
      return 'uploaded';
    } catch (error) {
      await giveUpOrWait(session, job, state, error, retries);
      options.onRetry?.(error);
    }
  }
}

async function transfer(
  session: Session,
  job: UploadJob,
  source: BlobSource,
  state: UploadState,
  options: UploadOptions,
): Promise<void> {
  if (state.upload === undefined) return;
  const pieces = await openPieces(source, job.blob, state.upload.offset);
  try {
    const { size } = job.blob;
    if (size - state.upload.offset <= Math.min(SMALL, state.chunkSize)) {
      const rest = await collect(pieces, size - state.upload.offset);
      await commitUpload(session, job, state.upload, rest);
      return;
    }
    await sendPieces(session, job, pieces, state, options);
    await pieces.finish();
    await commitUpload(session, job, state.upload);
  } finally {
    await pieces.close();
  }
}

async function sendPieces(
  session: Session,
  job: UploadJob,
  pieces: PieceReader,
  state: UploadState,
  { onProgress }: UploadOptions,
): Promise<void> {
  while (state.upload !== undefined && state.upload.offset < job.blob.size) {
    const { offset, minimum } = state.upload;
    const length = Math.min(Math.max(state.chunkSize, minimum), job.blob.size - offset);
    const body = watched(pieces.take(length), offset, onProgress);
    state.upload = await sendPiece(session, job, state.upload, { body, length });
  }
}

async function* watched(
  body: AsyncIterable<Uint8Array>,
  offset: number,
  onProgress: ((bytes: number) => void) | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = offset;
  for await (const chunk of body) {
    yield chunk;
    at += chunk.length;
    onProgress?.(at);
  }
}

async function collect(
  pieces: PieceReader,
  length: number,
): Promise<{ body: Uint8Array; length: number }> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of pieces.take(length)) chunks.push(chunk);
  await pieces.finish();
  return { body: Buffer.concat(chunks), length };
}
