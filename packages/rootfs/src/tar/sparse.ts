import { invalidLayer } from '../rootfs-error.ts';
import type { ByteReader } from './byte-reader.ts';
import { BLOCK } from './header.ts';
import { readCount, readDecimal } from './numbers.ts';
import type { PaxRecords } from './pax.ts';
import type { Segment } from './segment.ts';

/** A file with holes: how long it is, and which parts of it are stored, one after the other. */
export interface Sparse {
  readonly size: number;
  readonly segments: readonly Segment[];
  /** How many bytes of what is stored the map itself takes. */
  readonly mapSize: number;
}

// A file of 256 GiB in which every other 64 KiB is a hole.
const MOST_SEGMENTS = 1 << 21;

function checked(sparse: Sparse, stored: number): Sparse {
  let end = 0;
  let sum = sparse.mapSize;
  for (const { offset, length } of sparse.segments) {
    if (length < 0 || offset < end) throw invalidLayer('a sparse map is not in order');
    end = offset + length;
    sum += length;
  }
  if (end > sparse.size || sum !== stored) throw invalidLayer('a sparse map does not fit its file');
  return sparse;
}

function pairs(numbers: readonly number[]): Segment[] {
  if (numbers.length % 2 !== 0) throw invalidLayer('a sparse map is cut short');
  if (numbers.length / 2 > MOST_SEGMENTS) throw invalidLayer('a sparse map is too long');
  return Array.from({ length: numbers.length / 2 }, (_, i) => ({
    offset: numbers[2 * i] ?? 0,
    length: numbers[2 * i + 1] ?? 0,
  }));
}

function readOldEntries(block: Buffer, start: number, count: number): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < 2 * count; i++) {
    const at = start + 12 * i;
    if (i % 2 === 0 && block[at] === 0) break;
    numbers.push(readCount(block, at, at + 12, 'sparse map'));
  }
  return numbers;
}

/** The map of GNU's old format: in the header, and in blocks after it. Throws LAYER_INVALID. */
export async function readOldSparse(
  header: Buffer,
  stored: number,
  bytes: ByteReader,
): Promise<Sparse> {
  const numbers = readOldEntries(header, 386, 4);
  for (let more = header[482] !== 0; more;) {
    const block = await bytes.take(BLOCK);
    if (block === undefined || numbers.length > 2 * MOST_SEGMENTS) {
      throw invalidLayer('a sparse map is too long or cut short');
    }
    numbers.push(...readOldEntries(block, 0, 21));
    more = block[504] !== 0;
  }
  const size = readCount(header, 483, 495, 'real size');
  return checked({ size, segments: pairs(numbers), mapSize: 0 }, stored);
}

// Version 1.0: lines of decimal numbers before the contents, filled up to a whole block.
async function readMapInContents(bytes: ByteReader, stored: number, size: number): Promise<Sparse> {
  let text = '';
  let mapSize = 0;
  const line = { at: 0, count: 0 };
  const numbers: number[] = [];
  for (let wanted = 1; numbers.length < wanted;) {
    const end = text.indexOf('\n', line.at);
    if (end < 0) {
      if (mapSize + BLOCK > stored || text.length - line.at > BLOCK)
        throw invalidLayer('a sparse map is cut short');
      text = text.slice(line.at) + ((await bytes.take(BLOCK))?.toString('latin1') ?? '');
      line.at = 0;
      mapSize += BLOCK;
      continue;
    }
    const number = readDecimal(text.slice(line.at, end), 'sparse map');
    line.at = end + 1;
    numbers.push(number);
    if (numbers.length > 1) continue;
    if (number > MOST_SEGMENTS) throw invalidLayer('a sparse map is too long');
    wanted = 1 + 2 * number;
  }
  return checked({ size, segments: pairs(numbers.slice(1)), mapSize }, stored);
}

/** Whether PAX records speak of a file with holes. */
export function isPaxSparse({ values }: PaxRecords): boolean {
  return values.has('GNU.sparse.size') || values.has('GNU.sparse.realsize');
}

/** The map that PAX records speak of (versions 0.0, 0.1, 1.0), or undefined where they do not. Throws LAYER_INVALID. */
export async function readPaxSparse(
  records: PaxRecords,
  stored: number,
  bytes: ByteReader,
): Promise<Sparse | undefined> {
  const value = (key: string): string | undefined =>
    records.values.get(`GNU.sparse.${key}`)?.toString('latin1');
  const [major, map] = [value('major'), value('map')];
  const size = value('realsize') ?? value('size');
  if (size === undefined) return undefined;
  const realSize = readDecimal(size, 'GNU.sparse.size');
  if (major === '1' && value('minor') === '0') return readMapInContents(bytes, stored, realSize);
  if (major !== undefined && major !== '0')
    throw invalidLayer(`sparse format ${major} is not known`);
  const segments =
    map === undefined
      ? records.parts
      : pairs(
          map === '' ? [] : map.split(',').map((number) => readDecimal(number, 'GNU.sparse.map')),
        );
  return checked({ size: realSize, segments, mapSize: 0 }, stored);
}
