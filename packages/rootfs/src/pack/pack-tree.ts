import { walkTree } from '@ctrkit/syscalls';
import type { WalkData, WalkEntry, WalkRecord } from '@ctrkit/syscalls';
import type { OnEvent } from '../events.ts';
import { WHITEOUT } from '../layer/names.ts';
import { explain } from '../layer/plan-stream.ts';
import { paddingOf } from '../tar/header.ts';
import { archiveEnd, writeHeaders } from '../tar/write-header.ts';
import type { Tree } from '../tree.ts';
import { zeroBytes } from '../zero-bytes.ts';
import { isOpaque, isWhiteout } from './overlay-marks.ts';
import { opaqueIn, whiteoutAt, writtenEntry } from './written-entries.ts';

export interface PackOptions {
  /**
   * Whether the tree is an overlay's upper directory, whose marks become those of a layer.
   * @default false
   */
  readonly isUpper?: boolean;
  /** Whether an entry is left out; a directory without what is in it. @default none is */
  readonly isLeftOut?: (entry: WalkEntry) => boolean;
  readonly onEvent?: OnEvent | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Turns the records of a walk into the bytes of an archive. */
class Packer {
  readonly #options: PackOptions;
  /** The first name of each file that has several, by device and inode. */
  readonly #names = new Map<string, string>();
  #size = 0;
  #written = 0;

  constructor(options: PackOptions) {
    this.#options = options;
  }

  *entry(entry: WalkEntry): Generator<Buffer> {
    yield* this.close();
    const path = entry.path.toString('latin1');
    if (path === '.' || this.#options.isLeftOut?.(entry) === true) return;
    if (this.#options.isUpper === true && isWhiteout(entry)) yield writeHeaders(whiteoutAt(path));
    else if (entry.type === 'socket') this.#drop(path, 'socket');
    // In a layer it would remove another file.
    else if (path.slice(path.lastIndexOf('/') + 1).startsWith(WHITEOUT)) this.#drop(path, 'name');
    else yield* this.#plain({ ...entry, type: entry.type }, path);
  }

  *#plain(
    entry: WalkEntry & { readonly type: Exclude<WalkEntry['type'], 'socket'> },
    path: string,
  ): Generator<Buffer> {
    const first = this.#firstName(entry, path);
    const written = writtenEntry(entry, first);
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

  #drop(path: string, what: 'socket' | 'name'): void {
    this.#options.onEvent?.({ type: 'dropped', path, what });
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
  records: AsyncIterable<WalkRecord>,
  options: PackOptions,
): AsyncGenerator<Buffer> {
  const packer = new Packer(options);
  for await (const record of records) {
    yield* record.kind === 'entry' ? packer.entry(record) : packer.data(record);
  }
  yield* packer.close();
  yield Buffer.from(archiveEnd);
}

/**
 * A tree as an uncompressed tar archive; the root itself is not in it. It depends on nothing but the tree: the order is that of
 * the names' bytes, no name of an owner and no time but that of the last change is in it, holes are zeros. What changes
 * meanwhile has the size that its entry says. Sockets and names that mean something else in a layer are left out, with an
 * event. Throws UNPACK_FAILED, NO_USER_NAMESPACES, the reason of `signal`.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md
 */
export async function* packTree(
  tree: Tree,
  { signal, ...options }: PackOptions = {},
): AsyncGenerator<Buffer> {
  const walk = walkTree(
    tree,
    { contents: Number.MAX_SAFE_INTEGER },
    signal === undefined ? {} : { signal },
  );
  try {
    yield* inChunks(partsOf(walk, options));
  } catch (error) {
    throw explain(error);
  }
}
