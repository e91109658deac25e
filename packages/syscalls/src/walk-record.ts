/** What kind of thing an entry is. */
export type EntryType =
  'file' | 'directory' | 'symlink' | 'character' | 'block' | 'fifo' | 'socket';

/** One entry of a walk. Paths and link targets are bytes: names on Linux need not be UTF-8. */
export interface WalkEntry {
  readonly kind: 'entry';
  /** Relative to the root, without a leading slash; `.` is the root itself. */
  readonly path: Buffer;
  readonly type: EntryType;
  /** Permission bits, with set-id and sticky bits: at most 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** In bytes. */
  readonly size: number;
  /** The time of the last change of contents, in nanoseconds since 1970. */
  readonly modified: bigint;
  /** The time of the last change of contents or of anything that is said here: nobody can set it. */
  readonly changed: bigint;
  /** Entries with the same device and inode are names of one file. */
  readonly device: bigint;
  readonly inode: bigint;
  readonly links: number;
  /** The device's numbers, of `character` and `block`. */
  readonly major: number;
  readonly minor: number;
  /** Where a symbolic link points; empty otherwise. */
  readonly target: Buffer;
  readonly xattrs: ReadonlyMap<string, Buffer>;
  /** The parts of a file that are not holes, in bytes; none where it was not opened (WalkSelection). */
  readonly segments: readonly { readonly offset: number; readonly length: number }[];
}

/** A piece of the contents of the entry before it. */
export interface WalkData {
  readonly kind: 'data';
  readonly offset: number;
  readonly content: Buffer;
}

export type WalkRecord = WalkEntry | WalkData;

/** Behind the last record of a selection. */
export interface WalkEnd {
  readonly kind: 'end';
}

const end: WalkEnd = { kind: 'end' };

const types: Readonly<Record<number, EntryType>> = {
  0o010000: 'fifo',
  0o020000: 'character',
  0o040000: 'directory',
  0o060000: 'block',
  0o100000: 'file',
  0o120000: 'symlink',
  0o140000: 'socket',
};

const nothing: Buffer = Buffer.alloc(0);
const noAttributes: WalkEntry['xattrs'] = new Map();
const noSegments: WalkEntry['segments'] = [];

/** The bytes of some records, and a view of them: it reads numbers in a tenth of the time that a Buffer takes. */
export interface RecordBytes {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** Reads fields of varying length one after the other. */
class Fields {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #at: number;

  constructor({ bytes, view }: RecordBytes, at: number) {
    this.#bytes = bytes;
    this.#view = view;
    this.#at = at;
  }

  u32(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  size(): number {
    this.#at += 8;
    return sizeAt(this.#view, this.#at - 8);
  }

  text(): Buffer {
    const length = this.u32();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  attributes(): WalkEntry['xattrs'] {
    const count = this.u32() / 2;
    if (count === 0) return noAttributes;
    const names = Array.from({ length: count }, () => [this.text().toString('latin1'), this.text()] as const); // prettier-ignore
    return new Map(names);
  }

  segments(): WalkEntry['segments'] {
    const count = this.u32() / 2;
    if (count === 0) return noSegments;
    return Array.from({ length: count }, () => ({ offset: this.size(), length: this.size() }));
  }
}

// Of a number that is no larger than a file.
const sizeAt = (view: DataView, at: number): number =>
  view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);

const timeAt = (view: DataView, at: number): bigint =>
  view.getBigInt64(at, true) * 1_000_000_000n + BigInt(view.getUint32(at + 8, true));

// Where each field is of those that have one length: there may be thousands of entries, and most walks are over before
// anything that is written more generally was compiled.
function readEntry(record: RecordBytes, at: number): WalkEntry {
  const { bytes, view } = record;
  const mode = view.getUint32(at, true);
  const path = at + 76;
  const target = path + view.getUint32(at + 72, true) + 4;
  const end = target + view.getUint32(target - 4, true);
  const hasMore = view.getUint32(end, true) > 0 || view.getUint32(end + 4, true) > 0;
  const more = hasMore ? new Fields(record, end) : undefined;
  return {
    kind: 'entry',
    type: types[mode & 0o170000] ?? 'file',
    mode: mode & 0o7777,
    uid: view.getUint32(at + 4, true),
    gid: view.getUint32(at + 8, true),
    size: sizeAt(view, at + 12),
    modified: timeAt(view, at + 20),
    changed: timeAt(view, at + 32),
    device: view.getBigInt64(at + 44, true),
    inode: view.getBigInt64(at + 52, true),
    links: view.getUint32(at + 60, true),
    major: view.getUint32(at + 64, true),
    minor: view.getUint32(at + 68, true),
    path: bytes.subarray(path, target - 4),
    target: end === target ? nothing : bytes.subarray(target, end),
    xattrs: more?.attributes() ?? noAttributes,
    segments: more?.segments() ?? noSegments,
  };
}

function readData({ bytes, view }: RecordBytes, at: number): WalkData {
  const start = at + 12;
  const end = start + view.getUint32(at + 8, true);
  return { kind: 'data', offset: sizeAt(view, at), content: bytes.subarray(start, end) };
}

/**
 * Reads the body of one record of docs/plan-protocol.md, which begins at `at`. The helper is ours and of the same build, so its
 * shape is not checked again.
 */
export function readWalkRecord(record: RecordBytes, at: number): WalkRecord | WalkEnd {
  const kind = record.view.getUint16(at, true);
  if (kind === 1) return readEntry(record, at + 2);
  return kind === 2 ? readData(record, at + 2) : end;
}
