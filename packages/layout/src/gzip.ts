import { createGzip } from 'node:zlib';
import { through } from './through.ts';
import { asBuffer } from './verify-stream.ts';

const CHUNK = 256 * 1024;

/**
 * The bytes of a stream as one gzip member without a name and a time (RFC 1952): the same bytes are the same member for the
 * same build of Node. An error of the source comes through as it is.
 */
export function gzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  const deflate = createGzip({ level: 6, chunkSize: CHUNK });
  return through(buffers(source), deflate, (error) => error);
}

async function* buffers(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of source) yield asBuffer(chunk);
}
