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

/**
 * The bytes of some records. A view reads a number for a tenth of what a Buffer's own methods take, which counts where there are
 * thousands of entries.
 */
export interface RecordBytes {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** Reads fields one after the other; there are many of them, so what is empty is always the same. */
class Fields {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #at: number;

  constructor({ bytes, view }: RecordBytes, at: number) {
    this.#bytes = bytes;
    this.#view = view;
    this.#at = at;
  }

  u16(): number {
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2, true);
  }

  u32(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  i64(): bigint {
    this.#at += 8;
    return this.#view.getBigInt64(this.#at - 8, true);
  }

  /** Of a number that is no larger than a file. */
  size(): number {
    const low = this.u32();
    return this.u32() * 0x1_0000_0000 + low;
  }

  time(): bigint {
    return this.i64() * 1_000_000_000n + BigInt(this.u32());
  }

  text(): Buffer {
    const length = this.u32();
    if (length === 0) return nothing;
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

function readEntry(fields: Fields): WalkEntry {
  const mode = fields.u32();
  const uid = fields.u32();
  const gid = fields.u32();
  return {
    kind: 'entry',
    type: types[mode & 0o170000] ?? 'file',
    mode: mode & 0o7777,
    uid,
    gid,
    size: fields.size(),
    modified: fields.time(),
    changed: fields.time(),
    device: fields.i64(),
    inode: fields.i64(),
    links: fields.u32(),
    major: fields.u32(),
    minor: fields.u32(),
    path: fields.text(),
    target: fields.text(),
    xattrs: fields.attributes(),
    segments: fields.segments(),
  };
}

/**
 * Reads the body of one record of docs/plan-protocol.md, which begins at `at`. The helper is ours and of the same build, so its
 * shape is not checked again.
 */
export function readWalkRecord(bytes: RecordBytes, at: number): WalkRecord | WalkEnd {
  const fields = new Fields(bytes, at);
  const kind = fields.u16();
  if (kind === 1) return readEntry(fields);
  if (kind === 2) return { kind: 'data', offset: fields.size(), content: fields.text() };
  return end;
}
