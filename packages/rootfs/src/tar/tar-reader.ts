import { invalidLayer } from '../rootfs-error.ts';
import { ByteReader } from './byte-reader.ts';
import { entryTypes } from './entry.ts';
import type { TarEntry, TarEntryType } from './entry.ts';
import { BLOCK, isZero, paddingOf, readHeader } from './header.ts';
import type { Header } from './header.ts';
import { readDecimal, readTime } from './numbers.ts';
import type { Time } from './numbers.ts';
import { noRecords, readPax, xattrsOf } from './pax.ts';
import type { PaxRecords } from './pax.ts';
import { isPaxSparse, readOldSparse, readPaxSparse } from './sparse.ts';
import type { Sparse } from './sparse.ts';

/** What an archive may ask for. */
export interface TarLimits {
  /** @default 2,000,000 */
  readonly entries?: number;
  /** Bytes of one extended header or long name. @default 1 MiB */
  readonly headerBytes?: number;
}

/** What the headers before an entry's own said about it. */
interface Pending {
  pax?: PaxRecords;
  longName?: string;
  longLink?: string;
}

const LARGEST_ID = 0xfffffffe;

// Headers that say something about the entry that follows, or about all of them.
const metaTypes: ReadonlySet<string> = new Set(['x', 'X', 'g', 'L', 'K', 'V']);

/**
 * Reads a tar archive as it streams by: ustar, PAX, GNU; byte-exact. `next` gives the entries one after the other,
 * `piece` the stored contents of the last one; what is not read is passed over. `nextReady` and `restReady` do the same
 * where the bytes are there already, as nearly always.
 * https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */
export class TarReader {
  readonly bytes: ByteReader;
  readonly #limits: Required<TarLimits>;
  #global: PaxRecords = noRecords();
  #pending: Pending = {};
  /** A header of which the rest is not read yet: what a meta header holds, or the map of a sparse file. */
  #header: Header | undefined;
  #headers = 0;
  #left = 0;
  #padding = 0;
  /** How many bytes have to be ready for the next step. */
  #wanted = BLOCK;
  #end: 'not seen' | 'one zero block' | 'seen' = 'not seen';

  /** @param passed told of each chunk of the source that has been read to its end */
  constructor(
    source: AsyncIterable<Buffer>,
    limits: TarLimits = {},
    passed?: (chunk: Buffer) => void,
  ) {
    this.bytes = new ByteReader(source, passed);
    this.#limits = { entries: 2_000_000, headerBytes: 1 << 20, ...limits };
  }

  /** The next entry, undefined at the end of the archive. Throws LAYER_INVALID. */
  async next(): Promise<TarEntry | undefined> {
    for (;;) {
      const entry = this.nextReady();
      if (entry !== undefined || this.#end === 'seen') return entry;
      const header = this.#header;
      if (header !== undefined && !metaTypes.has(header.type)) return await this.#sparse(header);
      if (!(await this.bytes.fill(this.#wanted))) return this.#endOfBytes();
    }
  }

  /** The next entry where all of its headers are there; undefined where `next` has to be asked. Throws LAYER_INVALID. */
  nextReady(): TarEntry | undefined {
    if (!this.#passOver()) return undefined;
    for (;;) {
      const header = (this.#header ??= this.#readHeader());
      if (header === undefined) return undefined;
      if (!metaTypes.has(header.type)) return this.#plainEntry(header);
      if (!this.#readMeta(header)) return undefined;
      this.#header = undefined;
    }
  }

  /** Some of the stored contents, undefined when there is no more. Throws LAYER_INVALID. */
  async piece(most: number = Number.MAX_SAFE_INTEGER): Promise<Buffer | undefined> {
    if (this.#left === 0) return undefined;
    const part = await this.bytes.piece(Math.min(most, this.#left));
    if (part === undefined) throw truncated();
    this.#left -= part.length;
    return part;
  }

  /** All of the stored contents that were not read yet. Throws LAYER_INVALID. */
  async rest(): Promise<Buffer> {
    if (!(await this.bytes.fill(this.#left))) throw truncated();
    return this.#takeRest();
  }

  /** The same where all of it is there, else undefined. */
  restReady(): Buffer | undefined {
    return this.bytes.ready < this.#left ? undefined : this.#takeRest();
  }

  #takeRest(): Buffer {
    const length = this.#left;
    this.#left = 0;
    return this.bytes.takeReady(length);
  }

  #has(length: number): boolean {
    this.#wanted = length;
    return this.bytes.ready >= length;
  }

  #passOver(): boolean {
    this.#left = this.bytes.skipReady(this.#left);
    if (this.#left === 0) this.#padding = this.bytes.skipReady(this.#padding);
    this.#wanted = 1;
    return this.#left + this.#padding === 0;
  }

  // Some writers leave out the two zero blocks at the end.
  #endOfBytes(): undefined {
    const isWhole = this.bytes.ready === 0 && this.#left + this.#padding === 0;
    if (!isWhole || this.#header !== undefined) throw truncated();
    this.#end = 'seen';
  }

  #readHeader(): Header | undefined {
    if (this.#end === 'seen' || !this.#has(BLOCK)) return undefined;
    const block = this.bytes.takeReady(BLOCK);
    if (isZero(block)) {
      this.#end = this.#end === 'not seen' ? 'one zero block' : 'seen';
      return this.#readHeader();
    }
    if (this.#end !== 'not seen') throw invalidLayer('an entry after the end of the archive');
    this.#headers += 1;
    if (this.#headers > 2 * this.#limits.entries) {
      throw invalidLayer(`has more than ${this.#limits.entries} entries`);
    }
    return readHeader(block);
  }

  // Of a header about the entry that follows. False where not all of it is there.
  #readMeta(header: Header): boolean {
    // The size in its own header counts, never one that an extended header gave for the entry (CVE-2025-62518).
    const { type, size } = header;
    if (size > this.#limits.headerBytes) throw invalidLayer('an extended header is too large');
    const padding = paddingOf(size);
    if (!this.#has(size + padding)) return false;
    const bytes = this.bytes.takeReady(size);
    this.bytes.skipReady(padding);
    this.#takeMeta(type, bytes);
    return true;
  }

  #takeMeta(type: string, bytes: Buffer): void {
    const pending = this.#pending;
    if (type === 'g') this.#global = globalRecords(readPax(bytes, this.#global));
    else if (type === 'L') pending.longName = longText(bytes);
    else if (type === 'K') pending.longLink = longText(bytes);
    else if (type === 'V') return;
    else if (pending.pax !== undefined) throw invalidLayer('two extended headers for one entry');
    else pending.pax = readPax(bytes, this.#global);
  }

  #plainEntry(header: Header): TarEntry | undefined {
    const pax = this.#pending.pax ?? this.#global;
    if (header.type === 'S' || isPaxSparse(pax)) return undefined;
    return this.#entry(header, pax, undefined);
  }

  async #sparse(header: Header): Promise<TarEntry> {
    const pax = this.#pending.pax ?? this.#global;
    const path = this.#pathOf(header, pax);
    const type = typeOf(header, path);
    const stored = storedSize(type, header, pax, path);
    if (type !== 'file') return this.#entry(header, pax, undefined);
    const sparse = await (header.type === 'S'
      ? readOldSparse(header.block, stored, this.bytes)
      : readPaxSparse(pax, stored, this.bytes));
    return this.#entry(header, pax, sparse);
  }

  #pathOf(header: Header, pax: PaxRecords): string {
    const { longName } = this.#pending;
    return longName ?? latin1(pax, 'GNU.sparse.name') ?? latin1(pax, 'path') ?? header.name;
  }

  #entry(header: Header, pax: PaxRecords, sparse: Sparse | undefined): TarEntry {
    const path = this.#pathOf(header, pax);
    const target = this.#pending.longLink ?? latin1(pax, 'linkpath') ?? header.linkName;
    const type = typeOf(header, path);
    const size = storedSize(type, header, pax, path);
    this.#left = size - (sparse?.mapSize ?? 0);
    this.#padding = paddingOf(size);
    this.#header = undefined;
    this.#pending = {};
    const { mode, major, minor } = header;
    const { seconds, nanoseconds } = timeOf(header, pax);
    return {
      type,
      path,
      target,
      mode,
      uid: idOf(pax, 'uid', header.uid),
      gid: idOf(pax, 'gid', header.gid),
      seconds,
      nanoseconds,
      major,
      minor,
      size: sparse?.size ?? size,
      stored: this.#left,
      xattrs: xattrsOf(pax),
      ...(sparse !== undefined && { sparse }),
    };
  }
}

function truncated(): Error {
  return invalidLayer('the archive ends in the middle of an entry');
}

// What only one entry can have: readers disagree on whether it counts for all that follow.
function globalRecords(records: PaxRecords): PaxRecords {
  const own = [...records.values.keys()].find(
    (key) => /^(path|linkpath|size)$/.test(key) || key.startsWith('GNU.sparse.'),
  );
  if (own === undefined && records.parts.length === 0) return records;
  throw invalidLayer(`a global header with ${own ?? 'a sparse map'}`);
}

// GNU ends a long name with a NUL that its size counts.
function longText(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  if (end >= 0 && bytes.subarray(end).some((byte) => byte !== 0)) {
    throw invalidLayer('a long name holds a NUL');
  }
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
}

function latin1({ values }: PaxRecords, key: string): string | undefined {
  return values.get(key)?.toString('latin1');
}

function typeOf(header: Header, path: string): TarEntryType {
  const type = entryTypes.get(header.type);
  if (type === undefined) {
    throw invalidLayer(`has the unknown type ${JSON.stringify(header.type)}`, path);
  }
  // Before POSIX, a directory was a file whose name ends so.
  return type === 'file' && path.endsWith('/') && header.type !== 'S' ? 'directory' : type;
}

// Readers disagree on whether contents follow a directory or a device that has a size; so none may have one.
function storedSize(type: TarEntryType, header: Header, pax: PaxRecords, path: string): number {
  const text = latin1(pax, 'size');
  const size = text === undefined ? header.size : readDecimal(text, 'size');
  if (!Number.isSafeInteger(size)) throw invalidLayer('size is out of range', path);
  if (type === 'hardlink') return 0;
  if (type !== 'file' && size !== 0) throw invalidLayer(`is a ${type} with contents`, path);
  return size;
}

function idOf(pax: PaxRecords, key: 'uid' | 'gid', given: number): number {
  const text = latin1(pax, key);
  const id = text === undefined ? given : readDecimal(text, key);
  if (id > LARGEST_ID) throw invalidLayer(`${key} is out of range`);
  return id;
}

function timeOf(header: Header, pax: PaxRecords): Time {
  const text = latin1(pax, 'mtime');
  return text === undefined ? { seconds: header.seconds, nanoseconds: 0 } : readTime(text);
}
