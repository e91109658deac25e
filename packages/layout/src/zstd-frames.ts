import type { ByteReader } from './byte-reader.ts';
import { corrupt } from './corrupt.ts';
import { LayoutError } from './layout-error.ts';

// https://www.rfc-editor.org/rfc/rfc8878.html#section-3.1
const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** Most bytes that one block decompresses to. */
export const LARGEST_BLOCK: number = 128 * 1024;
// What zstd itself decodes without being asked to.
const LARGEST_WINDOW = 128 * 1024 * 1024;

/** A zstd frame whose header was read and checked. */
export interface ZstdFrame {
  /** How far back, in bytes, the frame may refer; decoders reserve that much. */
  window: number;
  hasChecksum: boolean;
  /** The header as it was read. */
  header: Buffer;
}

/** A block with its header (and, of the last, the frame's checksum). */
export interface ZstdBlock {
  bytes: Buffer;
  last: boolean;
}

/**
 * The next frame of the stream, past any skippable ones, or undefined at its end; its blocks come
 * next. Throws LAYER_CORRUPT; LAYER_TOO_LARGE for a window over 128 MiB.
 */
export async function nextFrame(reader: ByteReader): Promise<ZstdFrame | undefined> {
  for (;;) {
    const magic = await reader.read(4);
    if (magic === undefined) return undefined;
    const number = magic.readUInt32LE();
    if (number === FRAME_MAGIC) return await readHeader(reader, magic);
    if ((number & 0xfffffff0) !== SKIPPABLE_MAGIC)
      throw corrupt('zstd', 'no frame where one must be');
    await reader.skip((await reader.need(4)).readUInt32LE());
  }
}

/** The blocks of the frame that was just begun. Throws LAYER_CORRUPT. */
export async function* blocksOf(
  reader: ByteReader,
  frame: ZstdFrame,
): AsyncGenerator<ZstdBlock, void, undefined> {
  for (let last = false; !last;) {
    const header = await reader.need(3);
    const bits = header.readUIntLE(0, 3);
    last = (bits & 1) === 1;
    const [type, size] = [(bits >> 1) & 3, bits >> 3];
    if (type === 3 || size > LARGEST_BLOCK)
      throw corrupt('zstd', 'a block of no valid kind or size');
    const content = type === 1 ? 1 : size;
    const body = await reader.need(content + (last && frame.hasChecksum ? 4 : 0));
    yield { bytes: Buffer.concat([header, body]), last };
  }
}

/**
 * A header for the same frame that asks for no more than `window` bytes (at least) of memory: a
 * frame's own may claim 128 MiB for a few bytes of content.
 */
export function leanHeader(frame: ZstdFrame, window: number): Buffer {
  const wanted = Math.min(frame.window, window);
  let exponent = 0;
  while (1024 * 2 ** exponent * 1.875 < wanted) exponent += 1;
  const base = 1024 * 2 ** exponent;
  const mantissa = Math.max(0, Math.ceil((wanted - base) / (base / 8)));
  const header = Buffer.alloc(6);
  header.writeUInt32LE(FRAME_MAGIC);
  header.writeUInt8(frame.hasChecksum ? 4 : 0, 4);
  header.writeUInt8((exponent << 3) | mantissa, 5);
  return header;
}

async function readHeader(reader: ByteReader, magic: Buffer): Promise<ZstdFrame> {
  const descriptor = await reader.need(1);
  const flags = descriptor.readUInt8();
  const [single, hasChecksum] = [(flags & 0x20) !== 0, (flags & 4) !== 0];
  if ((flags & 8) !== 0) throw corrupt('zstd', 'a reserved bit is set');
  if ((flags & 3) !== 0) throw corrupt('zstd', 'it needs a dictionary');
  const sizeLength = [single ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  const fields = await reader.need((single ? 0 : 1) + sizeLength);
  const window = single ? contentSize(fields) : windowSize(fields.readUInt8());
  if (window > LARGEST_WINDOW) {
    throw new LayoutError('LAYER_TOO_LARGE', `layer: zstd window of ${window} bytes`, {
      expected: LARGEST_WINDOW,
      actual: window,
      hint: 'compress it without --long, or with --long=27 at most',
    });
  }
  return { window, hasChecksum, header: Buffer.concat([magic, descriptor, fields]) };
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentSize(field: Buffer): number {
  if (field.length === 8) return Number(field.readBigUInt64LE());
  return field.readUIntLE(0, field.length) + (field.length === 2 ? 256 : 0);
}
