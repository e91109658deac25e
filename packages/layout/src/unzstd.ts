import type { Transform } from 'node:stream';
import { Decompress } from 'fzstd';
import { ByteReader } from './byte-reader.ts';
import { corrupt } from './corrupt.ts';
import { through } from './through.ts';
import { blocksOf, LARGEST_BLOCK, leanHeader, nextFrame } from './zstd-frames.ts';
import type { ZstdBlock, ZstdFrame } from './zstd-frames.ts';

/** Decodes the blocks of one frame. */
type FrameDecoder = (
  frame: ZstdFrame,
  blocks: AsyncIterable<ZstdBlock>,
) => AsyncIterable<Uint8Array>;

/**
 * The decompressed bytes of a zstd stream. Frames are told apart here, because Node's decoder stops
 * after the first and drops the rest without a word. Node has a decoder since 22.15; before that,
 * fzstd is used (a fifth of the speed, and it leaves the checksum of a frame unchecked).
 */
export async function* unzstd(
  source: AsyncIterable<Buffer>,
  decode: FrameDecoder = chooseDecoder(),
): AsyncGenerator<Buffer, void, undefined> {
  const reader = new ByteReader(source, () => corrupt('zstd', 'it is cut short'));
  try {
    for (;;) {
      const frame = await nextFrame(reader);
      if (frame === undefined) break;
      for await (const chunk of decode(frame, blocksOf(reader, frame))) {
        yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      }
    }
  } catch (error) {
    await drain(reader);
    throw error;
  } finally {
    await reader.close();
  }
}

// So that a source that verifies itself can say that the bytes were damaged, which explains more.
async function drain(reader: ByteReader): Promise<void> {
  while ((await reader.some(Number.MAX_SAFE_INTEGER)) !== undefined);
}

/** The decoder of this Node, or fzstd where it has none. */
export function chooseDecoder(): FrameDecoder {
  const { createZstdDecompress } = process.getBuiltinModule('node:zlib') as ZlibWithZstd;
  if (createZstdDecompress === undefined) return decodeWithFzstd;
  return (frame, blocks) =>
    through(
      wholeFrame(frame, blocks),
      createZstdDecompress({ chunkSize: 256 * 1024, highWaterMark: 1024 * 1024 }),
      (cause) => corrupt('zstd', cause.message, cause),
    );
}

// Absent from the types of the oldest Node that this runs on, as from that Node itself.
interface ZlibWithZstd {
  createZstdDecompress?: (options: { chunkSize: number; highWaterMark: number }) => Transform;
}

async function* wholeFrame(
  frame: ZstdFrame,
  blocks: AsyncIterable<ZstdBlock>,
): AsyncGenerator<Buffer, void, undefined> {
  yield frame.header;
  for await (const block of blocks) yield block.bytes;
}

/** Decodes with fzstd, which reserves the whole window at once: it is told no more than it needs. */
export async function* decodeWithFzstd(
  frame: ZstdFrame,
  blocks: AsyncIterable<ZstdBlock>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const output: Uint8Array[] = [];
  const decoder = new Decompress((chunk) => output.push(chunk));
  let waiting: Buffer[] | undefined = [];
  for await (const block of blocks) {
    let bytes = block.bytes;
    if (waiting !== undefined) {
      waiting.push(bytes);
      const atMost = waiting.length * LARGEST_BLOCK;
      if (!block.last && atMost < frame.window) continue;
      bytes = Buffer.concat([leanHeader(frame, atMost), ...waiting]);
      waiting = undefined;
    }
    pushInto(decoder, bytes, block.last);
    yield* output.splice(0);
  }
}

function pushInto(decoder: Decompress, bytes: Buffer, last: boolean): void {
  try {
    decoder.push(bytes, last);
  } catch (error) {
    const cause = error as Error;
    throw corrupt('zstd', cause.message, cause);
  }
}
