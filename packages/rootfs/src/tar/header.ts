import { invalidLayer } from '../rootfs-error.ts';
import { readCount, readNumber } from './numbers.ts';

export const BLOCK = 512;

/** How many bytes follow so many, up to a whole block. */
export const paddingOf = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

/** One header block, as it stands. Names are bytes, held as latin1 strings. */
export interface Header {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly seconds: number;
  readonly type: string;
  readonly linkName: string;
  readonly major: number;
  readonly minor: number;
  /** The block itself, for what only some formats have in it. */
  readonly block: Buffer;
}

/** Whether a block is all zero, as the two at the end of an archive are. */
export function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

function text(block: Buffer, start: number, end: number): string {
  if (block[start] === 0) return '';
  const nul = block.indexOf(0, start);
  return block.toString('latin1', start, nul < 0 || nul > end ? end : nul);
}

// The sum of all bytes, its own field taken as spaces; old archives have it of signed bytes.
function hasValidChecksum(block: Buffer): boolean {
  let unsigned = 8 * 0x20;
  let signed = unsigned;
  for (let at = 0; at < BLOCK; at++) {
    if (at >= 148 && at < 156) continue;
    const byte = block[at] ?? 0;
    unsigned += byte;
    signed += byte < 0x80 ? byte : byte - 0x100;
  }
  const expected = readNumber(block, 148, 156, 'checksum');
  return expected === unsigned || expected === signed;
}

/** Whether bytes begin with the header of an archive's first entry. */
export function isTarHeader(bytes: Buffer): boolean {
  if (bytes.length < BLOCK || isZero(bytes.subarray(0, BLOCK))) return false;
  // The field that says so is text, which other files have there too.
  return /^[0-7 ]+$/.test(text(bytes, 148, 156)) && hasValidChecksum(bytes);
}

// GNU's own format keeps times and sparse maps where POSIX has the beginning of a long name; star's, at its end.
function prefixOf(block: Buffer): string {
  if (block[345] === 0) return '';
  if (block.toString('latin1', 257, 263) !== 'ustar\0') return '';
  const isStar = block.toString('latin1', 508, 512) === 'tar\0';
  return text(block, 345, isStar ? 476 : 500);
}

// In the oldest format there is anything where devices have their numbers.
function deviceOf(block: Buffer): { major: number; minor: number } {
  const type = block[156] ?? 0;
  if (type !== 0x33 && type !== 0x34) return { major: 0, minor: 0 };
  return {
    major: readCount(block, 329, 337, 'major'),
    minor: readCount(block, 337, 345, 'minor'),
  };
}

/**
 * Reads a header block. Throws LAYER_INVALID.
 * https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06
 */
export function readHeader(block: Buffer): Header {
  if (!hasValidChecksum(block)) throw invalidLayer('a header has a wrong checksum');
  const prefix = prefixOf(block);
  const name = text(block, 0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: readCount(block, 100, 108, 'mode') & 0o7777,
    uid: readCount(block, 108, 116, 'uid'),
    gid: readCount(block, 116, 124, 'gid'),
    size: readCount(block, 124, 136, 'size'),
    seconds: readNumber(block, 136, 148, 'mtime'),
    type: String.fromCharCode(block[156] ?? 0),
    linkName: text(block, 157, 257),
    ...deviceOf(block),
    block,
  };
}
