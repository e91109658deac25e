import type { Retries } from '../http/retry.ts';
import { RegistryError } from '../registry-error.ts';
import type { Session } from '../session.ts';
import { cancelUpload, uploadStatus } from './upload.ts';
import type { Upload, UploadJob } from './upload.ts';

/** What is sent in the request that ends the upload, from memory: configurations, mostly. In bytes. */
export const SMALL: number = 1024 * 1024;

// Proxies before a registry may take less in one request than a layer has: then it goes in pieces of this size first.
const LARGE = 64 * 1024 * 1024;
const TOO_LARGE = 413;

// With less, a registry could string us along.
const PROGRESS = 1024 * 1024;

// Some take what the broken connection still brings beside what comes after it: then it is another blob.
const SPOILT = 400;

/** How far the upload of one blob is. */
export interface UploadState {
  upload: Upload | undefined;
  /** The most bytes that were there when it was tried again. */
  counted: number;
  /** It goes on where another connection broke. */
  resumed: boolean;
  /** Bytes in one request at most. */
  chunkSize: number;
}

/**
 * Waits until it is time to go on after `error`, and finds out from where. Throws it when another try is of no use, having
 * told the registry that no more will come.
 */
export async function giveUpOrWait(
  session: Session,
  job: UploadJob,
  state: UploadState,
  error: unknown,
  retries: Retries,
): Promise<void> {
  const { upload } = state;
  try {
    if (upload !== undefined && upload.offset - state.counted >= PROGRESS) retries.reset();
    await retries.after(resumable(error, state));
    if (upload === undefined) return;
    // What it has lost and gets again is no progress.
    state.counted = Math.max(state.counted, upload.offset);
    state.upload = await afterwards(session, job, upload, error);
    state.resumed = state.upload !== undefined;
  } catch (failure) {
    // That its state cannot be had just now is one more failed try.
    if (failure instanceof RegistryError && failure.transient && failure !== error) {
      await giveUpOrWait(session, job, state, failure, retries);
      return;
    }
    if (upload !== undefined && canListen(failure, job)) await cancelUpload(session, job, upload);
    throw failure;
  }
}

async function afterwards(
  session: Session,
  job: UploadJob,
  upload: Upload,
  error: unknown,
): Promise<Upload | undefined> {
  const isSpoilt = error instanceof RegistryError && error.status === SPOILT;
  try {
    if (!isSpoilt) return await uploadStatus(session, job, upload);
  } catch (failure) {
    if (!isRefusal(failure)) throw failure;
  }
  await cancelUpload(session, job, upload);
  return undefined;
}

// Some do not tell how far an upload is, or not to everybody who may push.
function isRefusal(failure: unknown): boolean {
  return failure instanceof RegistryError && !failure.transient && failure.status !== undefined;
}

// Whoever is told to stop waits for nobody, nor for one that does not answer.
function canListen(failure: unknown, { signal }: UploadJob): boolean {
  if (signal?.aborted === true) return false;
  return !(failure instanceof RegistryError && failure.code === 'REGISTRY_UNREACHABLE');
}

// It has another number of bytes than we think, or has not yet noticed that the last connection broke.
const counted: ReadonlySet<number> = new Set([409, 416]);

// That a registry has lost or counted otherwise is put right by asking how far it is.
function resumable(error: unknown, state: UploadState): unknown {
  if (!(error instanceof RegistryError) || error.transient) return error;
  if (error.status === TOO_LARGE && state.chunkSize > SMALL) {
    state.chunkSize = Math.max(SMALL, Math.min(state.chunkSize / 4, LARGE));
    return passing(error, 0);
  }
  if (error.status === SPOILT && state.resumed) return passing(error, 0);
  if (error.code !== 'UPLOAD_UNKNOWN' && !counted.has(error.status ?? 0)) return error;
  return passing(error);
}

function passing(cause: RegistryError, retryAfterMs?: number): RegistryError {
  const { code, message, status, hint } = cause;
  return new RegistryError(code, message, {
    transient: true,
    cause,
    ...(status !== undefined && { status }),
    ...(hint !== undefined && { hint }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
