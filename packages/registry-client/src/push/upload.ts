import type { BlobIdentity } from '../open-blob.ts';
import type { RequestBody } from '../http/send-body.ts';
import { discard } from '../http/exchange.ts';
import type { HttpAnswer, HttpMethod } from '../http/exchange.ts';
import { RegistryError } from '../registry-error.ts';
import type { RequestTarget } from '../request-target.ts';
import type { Session } from '../session.ts';
import { otherDigest } from './other-digest.ts';
import { pushScope } from './scope.ts';
import { uploadedBytes } from './upload-range.ts';
import { uploadTarget, withParameter } from './upload-target.ts';

/** Which blob goes where. */
export interface UploadJob {
  repository: string;
  blob: BlobIdentity;
  /** Another repository of that registry, which may have it. */
  mountFrom?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** A blob that is on its way. */
export interface Upload {
  /** Where its next piece goes. */
  target: RequestTarget;
  /** How many of its bytes the registry has. */
  offset: number;
  /** The least that the registry takes in one piece, unless it is the last one. */
  minimum: number;
}

/** An upload with nothing in it yet; undefined when the registry took the blob over from the other repository. */
export async function beginUpload(session: Session, job: UploadJob): Promise<Upload | undefined> {
  const { mountFrom, ...plain } = job;
  if (mountFrom === undefined || mountFrom === job.repository) return await begin(session, plain);
  try {
    return await begin(session, job);
  } catch (error) {
    // Whoever may not read there can still bring the bytes.
    if (error instanceof RegistryError && !error.transient) return await begin(session, plain);
    throw error;
  }
}

async function begin(session: Session, job: UploadJob): Promise<Upload | undefined> {
  const { repository, blob, mountFrom } = job;
  const query = mountFrom === undefined ? '' : `?mount=${blob.digest}&from=${mountFrom}`;
  const answer = await session.send({
    method: 'POST',
    path: `blobs/uploads/${query}`,
    headers: { 'content-length': '0' },
    ...askedFor(job),
    absent: 'REPOSITORY_UNKNOWN',
    scope: pushScope(repository, mountFrom),
  });
  discard(answer);
  if (mountFrom !== undefined && answer.status === 201) return undefined;
  const minimum = Number(answer.headers['oci-chunk-min-length'] ?? 0);
  return { target: uploadTarget(answer), offset: 0, minimum: minimum > 0 ? minimum : 0 };
}

/** How far an upload is, after something went wrong; undefined when the registry does not know it any more. */
export async function uploadStatus(
  session: Session,
  job: UploadJob,
  upload: Upload,
): Promise<Upload | undefined> {
  const { target } = upload;
  try {
    const answer = await session.send({ method: 'GET', path: '', at: target, ...askedFor(job) });
    discard(answer);
    const offset = uploadedBytes(answer) ?? 0;
    if (offset > job.blob.size) throw tooMuch(job, answer, offset);
    return { ...upload, target: nextTarget(answer, target), offset };
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'UPLOAD_UNKNOWN') return undefined;
    throw error;
  }
}

/**
 * Sends `length` bytes from the upload's offset on. Throws UPLOAD_TRUNCATED when not all of them were kept, by the registry's
 * word or because it answered before it could have them.
 */
export async function sendPiece(
  session: Session,
  job: UploadJob,
  upload: Upload,
  { body, length }: { body: AsyncIterable<Uint8Array>; length: number },
): Promise<Upload> {
  const { target, offset } = upload;
  const end = offset + length;
  let sent = offset;
  const count = (bytes: number): void => void (sent += bytes);
  const piece = { body: counted(body, count), length };
  const headers = { 'content-range': `${offset}-${end - 1}` };
  const answer = await sendBytes(session, job, 'PATCH', target, piece, headers);
  const kept = uploadedBytes(answer) ?? sent;
  if (kept > end) throw tooMuch(job, answer, kept);
  // One byte and none look alike.
  if ((kept < end && end !== 1) || sent < end) throw truncated(job, answer, kept);
  return { ...upload, target: nextTarget(answer, target), offset: end };
}

/**
 * Ends an upload, with the rest of the blob if there is any: from here on the registry has it under its digest. Throws
 * DIGEST_MISMATCH when the registry says that it is another.
 */
export async function commitUpload(
  session: Session,
  job: UploadJob,
  { target }: Upload,
  rest: { body: Uint8Array; length: number } = { body: new Uint8Array(), length: 0 },
): Promise<void> {
  const { digest } = job.blob;
  const at = withParameter(target, `digest=${encodeURIComponent(digest)}`);
  const answer = await sendBytes(session, job, 'PUT', at, rest, {});
  if (answer.status === 202) throw unfinished(job, answer);
  const other = otherDigest(answer, digest);
  if (other === undefined) return;
  const what = `blob ${digest}: ${answer.url.host} keeps it as ${other}`;
  throw new RegistryError('DIGEST_MISMATCH', what);
}

/** Tells the registry that no more will come; whether it listens makes no difference. */
export async function cancelUpload(
  session: Session,
  job: UploadJob,
  { target }: Upload,
): Promise<void> {
  const request = { method: 'DELETE', path: '', at: target, ...askedFor(job) } as const;
  await session.send(request).then(discard, () => undefined);
}

async function* counted(
  body: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of body) {
    count(chunk.length);
    yield chunk;
  }
}

async function sendBytes(
  session: Session,
  job: UploadJob,
  method: HttpMethod,
  at: RequestTarget,
  { body, length }: { body: RequestBody; length: number },
  headers: Record<string, string>,
): Promise<HttpAnswer> {
  const answer = await session.send({
    method,
    path: '',
    at,
    body,
    headers: {
      ...headers,
      'content-type': 'application/octet-stream',
      'content-length': String(length),
    },
    ...askedFor(job),
  });
  discard(answer);
  return answer;
}

function askedFor({ repository, blob, signal }: UploadJob) {
  return {
    repository,
    what: `upload of blob ${blob.digest} to ${repository}`,
    absent: 'UPLOAD_UNKNOWN',
    action: 'push',
    scope: pushScope(repository),
    ...(signal !== undefined && { signal }),
  } as const;
}

// Most registries give a new address each time; those that give none mean the same.
function nextTarget(answer: HttpAnswer, before: RequestTarget): RequestTarget {
  return answer.headers.location === undefined ? before : uploadTarget(answer, before);
}

function truncated({ blob }: UploadJob, { url }: HttpAnswer, kept: number): RegistryError {
  const what = `blob ${blob.digest}: ${url.host} kept it up to ${kept} of ${blob.size} bytes`;
  return new RegistryError('UPLOAD_TRUNCATED', what, { transient: true });
}

function unfinished({ blob }: UploadJob, { url }: HttpAnswer): RegistryError {
  const what = `blob ${blob.digest}: ${url.host} does not say that it has all of it`;
  return new RegistryError('PROTOCOL_ERROR', what);
}

function tooMuch({ blob }: UploadJob, { url }: HttpAnswer, kept: number): RegistryError {
  const what = `blob ${blob.digest}: ${url.host} has ${kept} bytes of it, more than were sent`;
  return new RegistryError('PROTOCOL_ERROR', what);
}
