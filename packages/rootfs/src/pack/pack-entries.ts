import type { WalkData, WalkEntry, WalkRecord } from '@ctrkit/syscalls';
import type { OnEvent } from '../events.ts';
import { paddingOf } from '../tar/header.ts';
import { archiveEnd, writeHeaders } from '../tar/write-header.ts';
import { zeroBytes } from '../zero-bytes.ts';
import { UnwritableEntries } from './unwritable-entries.ts';
import { isOpaque, isWhiteout } from './overlay-marks.ts';
import { opaqueIn, whiteoutAt, writtenEntry } from './written-entries.ts';

/** Says that a name of a lower layer is gone. */
export interface RemovedName {
  readonly kind: 'removed';
  /** Relative, without a slash in front. */
  readonly path: Buffer;
}

/** What an archive of a layer is made of. */
export type PackedRecord = WalkRecord | RemovedName;

export interface PackOptions {
  /**
   * Whether the entries are those of an overlay's upper directory, whose marks become those of a layer.
   * @default false
   */
  readonly isUpper?: boolean;
  /** Whether the root itself, `.`, is in the archive where it comes. @default false */
  readonly withRoot?: boolean;
  /** Whether an entry is left out; a directory without what is in it. @default none is */
  readonly isLeftOut?: (entry: WalkEntry) => boolean;
  /** The time of every entry, in nanoseconds since 1970. @default when each was changed */
  readonly modified?: bigint | undefined;
  readonly onEvent?: OnEvent | undefined;
}

type Writable = WalkEntry & { readonly type: Exclude<WalkEntry['type'], 'socket'> };

/** Turns the records of a walk into the bytes of an archive. */
class Packer {
  readonly #options: PackOptions;
  /** The first name of each file that has several, by device and inode. */
  readonly #names = new Map<string, string>();
  readonly #unwritable = new UnwritableEntries();
  #size = 0;
  #written = 0;

  constructor(options: PackOptions) {
    this.#options = options;
  }

  *entry(entry: WalkEntry): Generator<Buffer> {
    yield* this.close();
    const path = entry.path.toString('latin1');
    const { isUpper, isLeftOut, withRoot, modified = entry.modified } = this.#options;
    if ((path === '.' && withRoot !== true) || isLeftOut?.(entry) === true) return;
    const what = this.#unwritable.take(path, entry.type);
    if (what !== undefined) this.#options.onEvent?.({ type: 'dropped', path, what });
    else if (isUpper === true && isWhiteout(entry)) yield writeHeaders(whiteoutAt(path));
    else yield* this.#plain({ ...entry, modified } as Writable, path);
  }

  *#plain(entry: Writable, path: string): Generator<Buffer> {
    const written = writtenEntry(entry, this.#firstName(entry, path));
    yield writeHeaders(written);
    [this.#size, this.#written] = [written.size, 0];
    if (this.#options.isUpper === true && isOpaque(entry)) yield writeHeaders(opaqueIn(path));
  }

  #firstName({ type, links, device, inode }: WalkEntry, path: string): string | undefined {
    if (type === 'directory' || links < 2) return undefined;
    const file = `${device}:${inode}`;
    const first = this.#names.get(file);
    if (first === undefined) this.#names.set(file, path);
    return first;
  }

  *removed(path: Buffer): Generator<Buffer> {
    yield* this.close();
    yield writeHeaders(whiteoutAt(path.toString('latin1')));
  }

  /** A piece of the last entry's contents; before it and between pieces are holes. */
  *data({ offset, content }: WalkData): Generator<Buffer> {
    const most = Math.max(0, this.#size - offset);
    // Of a link the contents were there with its first name, and what a file has grown by meanwhile has no room.
    if (offset < this.#written || most === 0) return;
    yield* zeroBytes(offset - this.#written);
    yield content.length > most ? content.subarray(0, most) : content;
    this.#written = offset + Math.min(content.length, most);
  }

  /** The rest of the last entry's contents. */
  *close(): Generator<Buffer> {
    yield* zeroBytes(this.#size - this.#written);
    yield* zeroBytes(paddingOf(this.#size));
    this.#size = this.#written = 0;
  }
}

const CHUNK = 256 * 1024;

async function* inChunks(parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let batch: Buffer[] = [];
  let size = 0;
  for await (const part of parts) {
    batch.push(part);
    size += part.length;
    if (size < CHUNK) continue;
    yield Buffer.concat(batch);
    [batch, size] = [[], 0];
  }
  if (size > 0) yield Buffer.concat(batch);
}

async function* partsOf(
  records: AsyncIterable<PackedRecord>,
  options: PackOptions,
): AsyncGenerator<Buffer> {
  const packer = new Packer(options);
  for await (const record of records) {
    if (record.kind === 'data') yield* packer.data(record);
    else yield* record.kind === 'entry' ? packer.entry(record) : packer.removed(record.path);
  }
  yield* packer.close();
  yield Buffer.from(archiveEnd);
}

/**
 * Entries, each with its contents after it, as an uncompressed layer: those of `walkTree` with other paths and owners, or of
 * one's own making (`newEntry`), in the order in which they are to stand there; what a directory is comes before what is in it. The bytes
 * depend on nothing but the entries. `removed` is what is gone of lower layers. Sockets and names that mean something else in a layer are left out, with an event.
 * Throws what the entries throw.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md
 */
export function packEntries(
  records: AsyncIterable<PackedRecord>,
  options: PackOptions = {},
): AsyncGenerator<Buffer> {
  return inChunks(partsOf(records, options));
}
