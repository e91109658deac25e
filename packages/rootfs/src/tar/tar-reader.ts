import { invalidLayer } from '../rootfs-error.ts';
import { ByteReader } from './byte-reader.ts';
import { entryTypes } from './entry.ts';
import type { TarEntry, TarEntryType } from './entry.ts';
import { BLOCK, isZero, readHeader } from './header.ts';
import type { Header } from './header.ts';
import { readDecimal, readTime } from './numbers.ts';
import type { Time } from './numbers.ts';
import { noRecords, readPax, xattrsOf } from './pax.ts';
import type { PaxRecords } from './pax.ts';
import { readOldSparse, readPaxSparse } from './sparse.ts';
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

/**
 * Reads a tar archive as it streams by: ustar, PAX, GNU; byte-exact. `next` gives the entries one after the other,
 * `piece` the stored contents of the last one; what is not read is passed over.
 * https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */
export class TarReader {
  readonly bytes: ByteReader;
  readonly #limits: Required<TarLimits>;
  #global: PaxRecords = noRecords();
  #headers = 0;
  #left = 0;
  #padding = 0;

  constructor(source: AsyncIterable<Buffer>, limits: TarLimits = {}) {
    this.bytes = new ByteReader(source);
    this.#limits = { entries: 2_000_000, headerBytes: 1 << 20, ...limits };
  }

  /** The stored bytes of the present entry that were not read yet. */
  get left(): number {
    return this.#left;
  }

  /** The next entry, undefined at the end of the archive. Throws LAYER_INVALID. */
  async next(): Promise<TarEntry | undefined> {
    await this.bytes.skip(this.#left + this.#padding);
    this.#left = this.#padding = 0;
    for (const pending: Pending = {}; ;) {
      const header = await this.#header();
      if (header === undefined) return undefined;
      if (!(await this.#readMeta(header, pending))) return await this.#entry(header, pending);
    }
  }

  /** Some of the stored contents, undefined when there is no more. Throws LAYER_INVALID. */
  async piece(most: number = Number.MAX_SAFE_INTEGER): Promise<Buffer | undefined> {
    if (this.#left === 0) return undefined;
    const part = await this.bytes.piece(Math.min(most, this.#left));
    if (part === undefined) throw invalidLayer('the archive ends in the middle of an entry');
    this.#left -= part.length;
    return part;
  }

  /** All of the stored contents that were not read yet. Throws LAYER_INVALID. */
  async rest(): Promise<Buffer> {
    const bytes = await this.#whole(this.#left);
    this.#left = 0;
    return bytes;
  }

  async #whole(length: number): Promise<Buffer> {
    const bytes = length === 0 ? Buffer.alloc(0) : await this.bytes.take(length);
    if (bytes === undefined) throw invalidLayer('the archive ends in the middle of an entry');
    return bytes;
  }

  async #header(): Promise<Header | undefined> {
    this.#headers += 1;
    if (this.#headers > 2 * this.#limits.entries) {
      throw invalidLayer(`has more than ${this.#limits.entries} entries`);
    }
    const block = await this.bytes.take(BLOCK);
    // Some writers leave out the two zero blocks at the end.
    if (block === undefined) return undefined;
    if (!isZero(block)) return readHeader(block);
    const second = await this.bytes.take(BLOCK);
    if (second !== undefined && !isZero(second))
      throw invalidLayer('an entry after the end of the archive');
    return undefined;
  }

  // True where the header was about the entry that follows.
  async #readMeta(header: Header, pending: Pending): Promise<boolean> {
    switch (header.type) {
      case 'x':
      case 'X':
        if (pending.pax !== undefined) throw invalidLayer('two extended headers for one entry');
        pending.pax = readPax(await this.#meta(header), this.#global);
        return true;
      case 'g':
        this.#global = globalRecords(readPax(await this.#meta(header), this.#global));
        return true;
      case 'L':
        pending.longName = longText(await this.#meta(header));
        return true;
      case 'K':
        pending.longLink = longText(await this.#meta(header));
        return true;
      case 'V':
        await this.#meta(header);
        return true;
      default:
        return false;
    }
  }

  // The size in its own header counts, never one that an extended header gave for the entry (CVE-2025-62518).
  async #meta(header: Header): Promise<Buffer> {
    if (header.size > this.#limits.headerBytes)
      throw invalidLayer('an extended header is too large');
    const bytes = await this.#whole(header.size);
    await this.bytes.skip(paddingOf(header.size));
    return bytes;
  }

  async #entry(header: Header, pending: Pending): Promise<TarEntry> {
    const pax = pending.pax ?? this.#global;
    const path =
      pending.longName ?? latin1(pax, 'GNU.sparse.name') ?? latin1(pax, 'path') ?? header.name;
    const type = typeOf(header, path);
    const size = storedSize(type, header, pax, path);
    const sparse = type === 'file' ? await this.#sparse(header, pax, size) : undefined;
    this.#left = size - (sparse?.mapSize ?? 0);
    this.#padding = paddingOf(size);
    return {
      type,
      path,
      target: pending.longLink ?? latin1(pax, 'linkpath') ?? header.linkName,
      ...metadata(header, pax),
      size: sparse?.size ?? size,
      stored: this.#left,
      xattrs: xattrsOf(pax),
      ...(sparse !== undefined && { sparse }),
    };
  }

  async #sparse(header: Header, pax: PaxRecords, stored: number): Promise<Sparse | undefined> {
    if (header.type === 'S') return await readOldSparse(header.block, stored, this.bytes);
    return await readPaxSparse(pax, stored, this.bytes);
  }
}

// What only one entry can have: readers disagree on whether it counts for all that follow.
function globalRecords(records: PaxRecords): PaxRecords {
  const own = [...records.values.keys()].find(
    (key) => /^(path|linkpath|size)$/.test(key) || key.startsWith('GNU.sparse.'),
  );
  if (own === undefined && records.parts.length === 0) return records;
  throw invalidLayer(`a global header with ${own ?? 'a sparse map'}`);
}

function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
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

function metadata(
  header: Header,
  pax: PaxRecords,
): Time & Pick<TarEntry, 'mode' | 'uid' | 'gid' | 'major' | 'minor'> {
  return {
    mode: header.mode,
    uid: idOf(pax, 'uid', header.uid),
    gid: idOf(pax, 'gid', header.gid),
    ...timeOf(header, pax),
    major: header.major,
    minor: header.minor,
  };
}
