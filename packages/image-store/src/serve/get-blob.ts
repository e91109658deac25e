import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { errnoOf } from '@ctrkit/durable';
import { blobPath } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import type { Digest } from '@ctrkit/oci';
import { DistributionError } from './distribution-error.ts';
import { requestedRange } from './range.ts';
import type { Exchange } from './registry.ts';
import { requestedRepository } from './repositories.ts';
import { answer, writeHead } from './respond.ts';
import { sendFile } from './send-file.ts';

/**
 * `GET` and `HEAD /v2/<name>/blobs/<digest>`, whole or one range of it. Not hashed on the way out:
 * who asks by digest verifies what arrives.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-blobs
 */
export async function getBlob(
  exchange: Exchange,
  repository: string,
  digest: Digest,
): Promise<void> {
  requestedRepository(repository);
  const handle = await openBlob(exchange.registry.layout, digest);
  if (handle === undefined) {
    throw new DistributionError('BLOB_UNKNOWN', 'blob unknown to registry', { detail: digest });
  }
  try {
    await send(exchange, digest, handle);
  } finally {
    await handle.close();
  }
}

async function send(exchange: Exchange, digest: Digest, handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  const { request, response } = exchange;
  const etag = `"${digest}"`;
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': digest,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'max-age=31536000',
    ETag: etag,
  };
  if (request.headers['if-none-match'] === etag) {
    answer(exchange, 304, headers);
    return;
  }
  const part = request.method === 'GET' ? requestedRange(request.headers, size, etag) : undefined;
  const range = part ?? { start: 0, end: size };
  writeHead(response, part === undefined ? 200 : 206, {
    ...headers,
    'Content-Length': range.end - range.start,
    ...(part !== undefined && {
      'Content-Range': `bytes ${part.start}-${part.end - 1}/${size}`,
    }),
  });
  if (request.method === 'HEAD') response.end();
  else await sendFile(handle, range, response);
}

async function openBlob(layout: Layout, digest: Digest): Promise<FileHandle | undefined> {
  try {
    // O_NONBLOCK: a named pipe among the blobs must not stop a thread for ever.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await open(blobPath(layout, digest), flags);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
    return undefined;
  } catch (error) {
    const missing = ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error) ?? '');
    if (missing) return undefined;
    throw error;
  }
}
