import type { Digest } from '@ctrkit/oci';
import { isDigest } from '@ctrkit/oci';
import { DistributionError } from './distribution-error.ts';
import type { Exchange } from './registry.ts';
import { requestedRepository } from './repositories.ts';
import { answer } from './respond.ts';
import type { Headers } from './respond.ts';
import { requestedDigest } from './route.ts';
import { blobSize } from '../stored-manifest.ts';
import type { Upload } from './uploads.ts';

/**
 * `POST /v2/<name>/blobs/uploads/`: begins an upload; with `digest`, the body is the whole blob; with
 * `mount`, a blob that is here already is taken over.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs
 */
export async function postUpload(exchange: Exchange, repository: string): Promise<void> {
  const { registry, query, request } = exchange;
  requestedRepository(repository);
  const mount = query.get('mount');
  if (isDigest(mount) && (await blobSize(registry.layout, mount)) !== undefined) {
    answerCreated(exchange, repository, mount);
    return;
  }
  const digest = query.has('digest') ? requestedDigest(query.get('digest')) : undefined;
  const upload = await registry.uploads.start(repository);
  if (digest === undefined) {
    answer(exchange, 202, progress(upload));
    return;
  }
  try {
    await registry.uploads.append(upload, request);
    await registry.uploads.finish(upload, digest);
  } finally {
    await registry.uploads.cancel(upload);
  }
  answerCreated(exchange, repository, digest);
}

/** `GET /v2/<name>/blobs/uploads/<id>`: how far it is. */
export function getUpload(exchange: Exchange, repository: string, id: string): void {
  answer(exchange, 204, progress(exchange.registry.uploads.find(repository, id)));
}

/** `DELETE /v2/<name>/blobs/uploads/<id>`: no more will come. */
export async function deleteUpload(
  exchange: Exchange,
  repository: string,
  id: string,
): Promise<void> {
  const { uploads } = exchange.registry;
  await uploads.cancel(uploads.find(repository, id));
  answer(exchange, 204, {});
}

/** `PATCH /v2/<name>/blobs/uploads/<id>`: the next piece, in order. */
export async function patchUpload(
  exchange: Exchange,
  repository: string,
  id: string,
): Promise<void> {
  const { uploads } = exchange.registry;
  const upload = uploads.find(repository, id);
  await appendBody(exchange, upload);
  answer(exchange, 202, progress(upload));
}

/** `PUT /v2/<name>/blobs/uploads/<id>?digest=`: the last piece, if any, and what all must be. */
export async function putUpload(exchange: Exchange, repository: string, id: string): Promise<void> {
  const { uploads } = exchange.registry;
  const upload = uploads.find(repository, id);
  const digest = requestedDigest(exchange.query.get('digest'));
  await appendBody(exchange, upload);
  await uploads.finish(upload, digest);
  answerCreated(exchange, repository, digest);
}

async function appendBody(exchange: Exchange, upload: Upload): Promise<void> {
  const { request, registry } = exchange;
  const expected = announcedLength(exchange, upload);
  const before = upload.size;
  await registry.uploads.append(upload, request);
  if (expected !== undefined && upload.size - before !== expected) {
    throw new DistributionError('SIZE_INVALID', 'the body is not as long as Content-Range says');
  }
}

// The spec's Content-Range is a bare `first-last`; docker's has the unit of RFC 9110 before it.
function announcedLength({ request }: Exchange, upload: Upload): number | undefined {
  const text = request.headers['content-range'];
  if (text === undefined) return undefined;
  const match = /^(?:bytes[ =])?(\d{1,15})-(\d{1,15})(?:\/.*)?$/.exec(text);
  if (match === null) throw new DistributionError('BLOB_UPLOAD_INVALID', 'malformed Content-Range');
  const [first, last] = [Number(match[1]), Number(match[2])];
  // An empty body cannot be said in this form; clients write 0-0 or N-(N-1) with it.
  if (request.headers['content-length'] === '0') return undefined;
  const length = last - first + 1;
  const announced = request.headers['content-length'];
  if (first !== upload.size || length < 1) {
    throw new DistributionError('RANGE_INVALID', `the upload continues at ${upload.size}`, {
      headers: progress(upload),
    });
  }
  if (announced !== undefined && Number(announced) !== length) {
    throw new DistributionError('SIZE_INVALID', 'Content-Range and Content-Length disagree');
  }
  return length;
}

function progress({ repository, id, size }: Upload): Headers & Record<string, string> {
  return {
    Location: `/v2/${repository}/blobs/uploads/${id}`,
    Range: `0-${Math.max(0, size - 1)}`,
    'Docker-Upload-UUID': id,
  };
}

function answerCreated(exchange: Exchange, repository: string, digest: Digest): void {
  answer(exchange, 201, {
    Location: `/v2/${repository}/blobs/${digest}`,
    'Docker-Content-Digest': digest,
  });
}
