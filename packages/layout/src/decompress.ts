import { createGunzip } from 'node:zlib';
import type { TransformOptions } from 'node:stream';
import type { ZlibOptions } from 'node:zlib';
import type { Compression } from '@ctrkit/oci';
import { corrupt } from './corrupt.ts';
import { LayoutError } from './layout-error.ts';
import { through } from './through.ts';
import { asBuffer } from './verify-stream.ts';
import { unzstd } from './unzstd.ts';

// Real layers stay far below this; what does not is made to fill a disk.
const RATIO = 1000;
const FLOOR = 64 * 1024 * 1024;
// Each chunk costs a turn of the event loop, a thread's waking, and a copy where an entry lies across its end.
const CHUNK = 512 * 1024;

// One chunk ahead of its reader, so that inflating goes on while that one is used; and one behind its writer, while the next is hashed.
const gunzipOptions: ZlibOptions & TransformOptions = {
  chunkSize: CHUNK,
  readableHighWaterMark: CHUNK,
  writableHighWaterMark: 2 * CHUNK,
};

type Passed = (chunk: Buffer) => void;
type Decode = (source: AsyncIterable<Buffer>, passed?: Passed) => AsyncIterable<Buffer>;

/** What a stream may grow to. */
export interface DecompressOptions {
  /** Most bytes that may come out. @default 1000 times what went in so far, and 64 MiB more */
  maxBytes?: number;
  /** Told of each chunk of a gzipped source when nothing of it is needed any more. */
  passed?: Passed;
}

/**
 * The decompressed bytes of a stream: gzip of any number of members (RFC 1952), zstd of any number of
 * frames with windows up to 128 MiB (RFC 8878), or the bytes as they are. An error of the source
 * comes through as it is, and before any complaint about the bytes: so a damaged blob that is also
 * verified is reported as damaged. Throws LAYER_CORRUPT, LAYER_TOO_LARGE.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
  options: DecompressOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  const input = { bytes: 0 };
  yield* bounded(counted(source, input), input, decoders[compression], options);
  if (compression !== 'none' && input.bytes === 0) throw corrupt(compression, 'it is empty');
}

/** A decoder of another kind, with the same bound on what comes out. Throws LAYER_TOO_LARGE, and what the decoder throws. */
export async function* decodeBounded(
  source: AsyncIterable<Uint8Array>,
  decode: Decode,
  options: DecompressOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  const input = { bytes: 0 };
  yield* bounded(counted(source, input), input, decode, options);
}

async function* bounded(
  source: AsyncIterable<Buffer>,
  input: { readonly bytes: number },
  decode: Decode,
  { maxBytes, passed }: DecompressOptions,
): AsyncGenerator<Buffer, void, undefined> {
  let produced = 0;
  for await (const chunk of decode(source, passed)) {
    produced += chunk.length;
    const most = maxBytes ?? input.bytes * RATIO + FLOOR;
    if (produced > most) throw tooLarge(most);
    yield chunk;
  }
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  count: { bytes: number },
): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of source) {
    count.bytes += chunk.length;
    yield asBuffer(chunk);
  }
}

const decoders: Record<Compression, Decode> = {
  none: (source) => source,
  gzip: gunzip,
  zstd: (source) => unzstd(source),
};

function gunzip(source: AsyncIterable<Buffer>, passed?: Passed): AsyncIterable<Buffer> {
  return through(source, createGunzip(gunzipOptions), notGzip, passed);
}

function notGzip(cause: Error): Error {
  return corrupt('gzip', cause.message, cause);
}

function tooLarge(most: number): LayoutError {
  return new LayoutError('LAYER_TOO_LARGE', `layer: decompresses to more than ${most} bytes`, {
    expected: most,
    hint: 'it grows more than a thousandfold, as only a decompression bomb does',
  });
}
