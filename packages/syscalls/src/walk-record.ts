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

const types: Readonly<Record<number, EntryType>> = {
  0o010000: 'fifo',
  0o020000: 'character',
  0o040000: 'directory',
  0o060000: 'block',
  0o100000: 'file',
  0o120000: 'symlink',
  0o140000: 'socket',
};

class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  u32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32LE(this.#at - 4);
  }

  i64(): bigint {
    this.#at += 8;
    return this.#bytes.readBigInt64LE(this.#at - 8);
  }

  text(): Buffer {
    const length = this.u32();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  list<T>(stride: number, item: () => T): T[] {
    return Array.from({ length: this.u32() / stride }, item);
  }
}

function readEntry(fields: Fields): WalkEntry {
  const mode = fields.u32();
  const head = { uid: fields.u32(), gid: fields.u32(), size: Number(fields.i64()) };
  return {
    kind: 'entry',
    type: types[mode & 0o170000] ?? 'file',
    mode: mode & 0o7777,
    ...head,
    modified: fields.i64() * 1_000_000_000n + BigInt(fields.u32()),
    changed: fields.i64() * 1_000_000_000n + BigInt(fields.u32()),
    device: fields.i64(),
    inode: fields.i64(),
    links: fields.u32(),
    major: fields.u32(),
    minor: fields.u32(),
    path: fields.text(),
    target: fields.text(),
    xattrs: new Map(fields.list(2, () => [fields.text().toString('latin1'), fields.text()])),
    segments: fields.list(2, () => ({
      offset: Number(fields.i64()),
      length: Number(fields.i64()),
    })),
  };
}

/**
 * Reads the body of one record of src/walk-record.ts: an entry, a piece of contents, or undefined at the
 * end of one selection. The helper is ours and of the same build, so its shape is not checked again.
 */
export function readWalkRecord(body: Buffer): WalkRecord | undefined {
  const fields = new Fields(body.subarray(2));
  const kind = body.readUInt16LE(0);
  if (kind === 1) return readEntry(fields);
  if (kind === 2) return { kind: 'data', offset: Number(fields.i64()), content: fields.text() };
  return undefined;
}
