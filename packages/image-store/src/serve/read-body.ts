import type { IncomingMessage } from 'node:http';
import { DistributionError } from './distribution-error.ts';

/** The whole body of a request. Throws SIZE_INVALID (413) as soon as it is, or says it is, too large. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(limit: number): DistributionError {
  return new DistributionError('SIZE_INVALID', `the body is larger than ${limit} bytes`, {
    status: 413,
  });
}
