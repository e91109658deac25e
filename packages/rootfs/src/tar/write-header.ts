import type { TarEntry, TarEntryType } from './entry.ts';
import { BLOCK, paddingOf } from './header.ts';
import type { Time } from './numbers.ts';
import { writePax, xattrKey } from './write-pax.ts';
import type { PaxValue } from './write-pax.ts';

/** What an entry is written as. Names are bytes, held as latin1 strings. */
export type WrittenEntry = Omit<TarEntry, 'stored' | 'sparse'>;

const typeFlags: Readonly<Record<TarEntryType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
};

const LONGEST_NAME = 100;
/** What eleven octal digits hold, and what seven do. */
const LARGEST = 0o77777777777;
const LARGEST_ID = 0o7777777;

interface Fields {
  readonly name: string;
  readonly linkName: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly seconds: number;
  readonly type: string;
  readonly major: number;
  readonly minor: number;
}

function checksum(block: Buffer): number {
  let sum = 0;
  // There may be many thousand headers: no function for each byte.
  for (let at = 0; at < BLOCK; at += 1) sum += block[at] ?? 0;
  return sum;
}

const ZERO = 0x30;

function writeOctal(block: Buffer, value: number, at: number, digits: number): void {
  let rest = value;
  for (let place = at + digits - 1; place >= at; place -= 1) {
    block[place] = ZERO + (rest % 8);
    rest = Math.floor(rest / 8);
  }
}

/** One block in POSIX's format, of fields that fit: numbers in octal, names cut. */
function headerBlock(fields: Fields): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(fields.name.slice(0, LONGEST_NAME), 0, 'latin1');
  writeOctal(block, fields.mode, 100, 7);
  writeOctal(block, fields.uid, 108, 7);
  writeOctal(block, fields.gid, 116, 7);
  writeOctal(block, fields.size, 124, 11);
  writeOctal(block, fields.seconds, 136, 11);
  block.fill(0x20, 148, 156);
  block.write(fields.type, 156, 'latin1');
  block.write(fields.linkName.slice(0, LONGEST_NAME), 157, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  writeOctal(block, fields.major, 329, 7);
  writeOctal(block, fields.minor, 337, 7);
  writeOctal(block, checksum(block), 148, 6);
  block[154] = 0;
  return block;
}

// Seconds are rounded down: half a second before 1970 is -1 and 500,000,000 nanoseconds.
function decimalTime({ seconds, nanoseconds }: Time): string {
  const isBefore = seconds < 0 && nanoseconds > 0;
  const whole = isBefore ? seconds + 1 : seconds;
  const rest = isBefore ? 1_000_000_000 - nanoseconds : nanoseconds;
  const fraction = String(rest).padStart(9, '0').replace(/0+$/, '');
  const sign = isBefore && whole === 0 ? '-' : '';
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

const fits = (value: number, most: number): boolean => value >= 0 && value <= most;

const isUtf8 = (text: string): boolean => {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
};

/** What the block has no room for. */
function recordsOf(entry: WrittenEntry): Map<string, PaxValue> {
  const { path, target, uid, gid, size, seconds, nanoseconds, xattrs } = entry;
  const names = new Map<string, string>();
  if (path.length > LONGEST_NAME) names.set('path', path);
  if (target.length > LONGEST_NAME) names.set('linkpath', target);
  // Names are bytes: whoever decodes these as UTF-8 would lose some.
  const records = new Map<string, PaxValue>(names);
  if (![...names.values()].every(isUtf8)) records.set('hdrcharset', 'BINARY');
  if (!fits(uid, LARGEST_ID)) records.set('uid', String(uid));
  if (!fits(gid, LARGEST_ID)) records.set('gid', String(gid));
  if (!fits(size, LARGEST)) records.set('size', String(size));
  if (nanoseconds > 0 || !fits(seconds, LARGEST)) records.set('mtime', decimalTime(entry));
  for (const [name, value] of xattrs) records.set(xattrKey(name), value);
  return records;
}

const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc(paddingOf(bytes.length))]);

function extendedHeader(path: string, records: Buffer): Buffer {
  const name = path.replace(/\/$/, '').split('/').at(-1) ?? '';
  const block = headerBlock({
    name: `PaxHeaders.0/${name}`,
    linkName: '',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: records.length,
    seconds: 0,
    type: 'x',
    major: 0,
    minor: 0,
  });
  return Buffer.concat([block, padded(records)]);
}

/**
 * The headers of an entry, `size` bytes of contents follow. They depend on nothing but the entry. What POSIX's block has
 * no room for (long names, times beyond seconds, large numbers, extended attributes) is in an extended header before it.
 * https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13
 */
export function writeHeaders(entry: WrittenEntry): Buffer {
  const records = recordsOf(entry);
  const known = (key: string, value: number): number => (records.has(key) ? 0 : value);
  const block = headerBlock({
    ...entry,
    name: entry.path,
    linkName: entry.target,
    uid: known('uid', entry.uid),
    gid: known('gid', entry.gid),
    size: known('size', entry.size),
    // Rounded down where it fits, for who reads no extended header.
    seconds: fits(entry.seconds, LARGEST) ? entry.seconds : 0,
    type: typeFlags[entry.type],
  });
  if (records.size === 0) return block;
  return Buffer.concat([extendedHeader(entry.path, writePax(records)), block]);
}

/** The end of an archive. */
export const archiveEnd: Uint8Array = new Uint8Array(2 * BLOCK);
