import { invalidLayer } from '../rootfs-error.ts';
import { readDecimal } from './numbers.ts';
import type { Segment } from './segment.ts';

/** The records of one extended header, or of several merged. Values are bytes. */
export interface PaxRecords {
  readonly values: Map<string, Buffer>;
  /** GNU sparse 0.0 says each of these once a part, so their order counts. */
  readonly parts: Segment[];
}

const NEWLINE = 0x0a;
const XATTR = 'SCHILY.xattr.';

interface Record {
  readonly key: string;
  readonly value: Buffer;
  readonly end: number;
}

// `25 path=name of the entry\n`: the length counts all of it.
function readRecord(bytes: Buffer, at: number): Record {
  const space = bytes.indexOf(0x20, at);
  const digits = space < 0 || space - at > 8 ? '' : bytes.toString('latin1', at, space);
  const end = at + (/^[1-9][0-9]*$/.test(digits) ? Number(digits) : 0);
  const equals = bytes.indexOf(0x3d, space);
  if (end > bytes.length || equals < 0 || equals >= end - 1 || bytes[end - 1] !== NEWLINE) {
    throw invalidLayer('a PAX record is malformed');
  }
  const key = bytes.toString('latin1', space + 1, equals);
  const value = bytes.subarray(equals + 1, end - 1);
  if (key === '' || key.includes('\0') || (value.includes(0) && !key.startsWith(XATTR))) {
    throw invalidLayer('a PAX record holds a NUL or has no name');
  }
  return { key, value, end };
}

function addPart(parts: Segment[], key: string, value: Buffer): void {
  const number = readDecimal(value.toString('latin1'), key);
  const last = parts.at(-1);
  if (key === 'GNU.sparse.offset') parts.push({ offset: number, length: -1 });
  else if (last?.length === -1) parts[parts.length - 1] = { offset: last.offset, length: number };
  else throw invalidLayer('GNU.sparse.numbytes without an offset');
}

/**
 * Reads an extended header over what is already known. An empty value takes a record away. Throws LAYER_INVALID.
 * https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_03
 */
export function readPax(bytes: Buffer, known: PaxRecords = noRecords()): PaxRecords {
  const values = new Map(known.values);
  const parts: Segment[] = [];
  for (let at = 0; at < bytes.length;) {
    const { key, value, end } = readRecord(bytes, at);
    at = end;
    if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') addPart(parts, key, value);
    else if (value.length === 0 && !key.startsWith(XATTR)) values.delete(key);
    // The bytes are the archive's, and what is kept of them must not keep all of it in memory.
    else values.set(key, Buffer.from(value));
  }
  return { values, parts };
}

export function noRecords(): PaxRecords {
  return { values: new Map(), parts: [] };
}

/** The extended attributes among the records. */
export function xattrsOf({ values }: PaxRecords): Map<string, Buffer> {
  const xattrs = new Map<string, Buffer>();
  for (const [key, value] of values) {
    if (key.startsWith(XATTR)) xattrs.set(key.slice(XATTR.length), value);
  }
  return xattrs;
}
