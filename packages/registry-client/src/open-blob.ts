import type { Descriptor } from '@ctrkit/oci';
import { discard } from './http/exchange.ts';
import type { HttpAnswer } from './http/exchange.ts';
import { RegistryError } from './registry-error.ts';
import type { Session } from './session.ts';

/** What a blob is called and how long it is. */
export type BlobIdentity = Pick<Descriptor, 'digest' | 'size'>;

/** Which bytes are wanted: those of a blob from `offset` on. */
export interface BlobRequest {
  repository: string;
  blob: BlobIdentity;
  offset: number;
}

/** An answer with the bytes of a blob from `first` on, which may be fewer than were asked to be left out. */
export interface OpenedBlob {
  answer: HttpAnswer;
  first: number;
}

/**
 * Asks for a blob, for its rest only if `offset` says so. A server that ignores the range sends all; one
 * that answers it wrongly is asked again for all. Throws BLOB_UNKNOWN, PROTOCOL_ERROR and what the
 * session throws.
 */
export async function openBlob(
  session: Session,
  request: BlobRequest,
  signal: AbortSignal | undefined,
): Promise<OpenedBlob> {
  const answer = await ask(session, request, signal).catch((error: unknown) => {
    // The range makes no sense to it: what is here already may be longer than what it has.
    if (request.offset > 0 && statusOf(error) === 416) return undefined;
    throw error;
  });
  const first = answer === undefined ? undefined : firstByte(answer, request);
  if (answer !== undefined && first !== undefined) return { answer, first };
  if (answer !== undefined) discard(answer);
  if (request.offset > 0) return await openBlob(session, { ...request, offset: 0 }, signal);
  const what = `blob ${request.blob.digest}: answered with a part of it that was not asked for`;
  throw new RegistryError('PROTOCOL_ERROR', what);
}

async function ask(
  session: Session,
  { repository, blob, offset }: BlobRequest,
  signal: AbortSignal | undefined,
): Promise<HttpAnswer> {
  // No If-Range: a blob's name is the hash of its bytes, and it is held to that at the end.
  return await session.send({
    repository,
    path: `blobs/${blob.digest}`,
    headers: offset > 0 ? { range: `bytes=${offset}-${blob.size - 1}` } : {},
    what: `blob ${blob.digest} of ${repository}`,
    absent: 'BLOB_UNKNOWN',
    ...(signal !== undefined && { signal }),
  });
}

// https://www.rfc-editor.org/rfc/rfc9110#field.content-range
function firstByte(
  { status, headers }: HttpAnswer,
  { offset, blob }: BlobRequest,
): number | undefined {
  if (status !== 206) return 0;
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers['content-range'] ?? '');
  if (match === null) return undefined;
  const [, first, , total] = match;
  const fits = Number(first) === offset && (total === '*' || Number(total) === blob.size);
  return fits ? offset : undefined;
}

function statusOf(error: unknown): number | undefined {
  return error instanceof RegistryError ? error.status : undefined;
}
