import type { TarEntry, TarEntryType } from './entry.ts';
import { BLOCK, paddingOf } from './header.ts';
import type { Time } from './numbers.ts';
import { writePax, xattrKey } from './write-pax.ts';

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

/** What of a header says what it is of. */
interface Named {
  readonly name: string;
  readonly linkName: string;
  readonly type: string;
}

/** The numbers of a header. */
type Numbers = Pick<WrittenEntry, 'mode' | 'uid' | 'gid' | 'size' | 'seconds' | 'major' | 'minor'>;

const ZERO = 0x30;

function writeOctal(block: Buffer, value: number, at: number, digits: number): void {
  let rest = value;
  for (let place = at + digits - 1; place >= at; place -= 1) {
    block[place] = ZERO + (rest % 8);
    rest = Math.floor(rest / 8);
  }
}

const NAMES_END = 265;
const DEVICES = 329;
const DEVICES_END = 345;

function sumOf(block: Buffer, from: number, to: number): number {
  let sum = 0;
  // There may be many thousand headers: no function for each byte.
  for (let at = from; at < to; at += 1) sum += block[at] ?? 0;
  return sum;
}

/** One block in POSIX's format, into zeros, of fields that fit: numbers in octal, names cut. */
function writeBlock(block: Buffer, { name, linkName, type }: Named, numbers: Numbers): void {
  block.write(name, 0, LONGEST_NAME, 'latin1');
  writeOctal(block, numbers.mode, 100, 7);
  writeOctal(block, numbers.uid, 108, 7);
  writeOctal(block, numbers.gid, 116, 7);
  writeOctal(block, numbers.size, 124, 11);
  writeOctal(block, numbers.seconds, 136, 11);
  block.fill(0x20, 148, 156);
  block.write(type, 156, 1, 'latin1');
  if (linkName !== '') block.write(linkName, 157, LONGEST_NAME, 'latin1');
  block.write('ustar\u000000', 257, 8, 'latin1');
  writeOctal(block, numbers.major, DEVICES, 7);
  writeOctal(block, numbers.minor, 337, 7);
  // What is between is zeros.
  writeOctal(block, sumOf(block, 0, NAMES_END) + sumOf(block, DEVICES, DEVICES_END), 148, 6);
  block[154] = 0;
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
function recordsOf(entry: WrittenEntry): Map<string, string> {
  const { path, target, uid, gid, size, seconds, nanoseconds, xattrs } = entry;
  const records = new Map<string, string>();
  if (path.length > LONGEST_NAME) records.set('path', path);
  if (target.length > LONGEST_NAME) records.set('linkpath', target);
  // Names are bytes: whoever decodes these as UTF-8 would lose some.
  if (![...records.values()].every(isUtf8)) records.set('hdrcharset', 'BINARY');
  if (!fits(uid, LARGEST_ID)) records.set('uid', String(uid));
  if (!fits(gid, LARGEST_ID)) records.set('gid', String(gid));
  if (!fits(size, LARGEST)) records.set('size', String(size));
  if (nanoseconds > 0 || !fits(seconds, LARGEST)) records.set('mtime', decimalTime(entry));
  for (const [name, value] of xattrs) records.set(xattrKey(name), value.toString('latin1'));
  return records;
}

const SLAB = 64 * 1024;
let slab = Buffer.alloc(0);

/** So many zeros of one's own; many share one allocation. */
function zeros(size: number): Buffer {
  if (size > SLAB) return Buffer.alloc(size);
  if (size > slab.length) slab = Buffer.alloc(SLAB);
  const taken = slab.subarray(0, size);
  slab = slab.subarray(size);
  return taken;
}

const extendedNumbers = { mode: 0o644, uid: 0, gid: 0, seconds: 0, major: 0, minor: 0 } as const;

function writeExtended(block: Buffer, path: string, records: string): void {
  const name = path.slice(path.lastIndexOf('/', path.length - 2) + 1).replace(/\/$/, '');
  const named = { name: `PaxHeaders.0/${name}`, linkName: '', type: 'x' };
  writeBlock(block, named, { ...extendedNumbers, size: records.length });
  block.write(records, BLOCK, records.length, 'latin1');
}

/**
 * The headers of an entry, `size` bytes of contents follow. They depend on nothing but the entry. What POSIX's block has
 * no room for (long names, times beyond seconds, large numbers, extended attributes) is in an extended header before it.
 * https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13
 */
export function writeHeaders(entry: WrittenEntry): Buffer {
  const values = recordsOf(entry);
  const records = values.size === 0 ? '' : writePax(values);
  const before = records === '' ? 0 : BLOCK + records.length + paddingOf(records.length);
  const bytes = zeros(before + BLOCK);
  if (records !== '') writeExtended(bytes, entry.path, records);
  const known = (key: string, value: number): number => (values.has(key) ? 0 : value);
  writeBlock(
    bytes.subarray(before),
    { name: entry.path, linkName: entry.target, type: typeFlags[entry.type] },
    {
      mode: entry.mode,
      uid: known('uid', entry.uid),
      gid: known('gid', entry.gid),
      size: known('size', entry.size),
      // Rounded down where it fits, for who reads no extended header.
      seconds: fits(entry.seconds, LARGEST) ? entry.seconds : 0,
      major: entry.major,
      minor: entry.minor,
    },
  );
  return bytes;
}

/** The end of an archive. */
export const archiveEnd: Uint8Array = new Uint8Array(2 * BLOCK);
