import { walkTree } from '@ctrkit/syscalls';
import type { WalkEntry, WalkRecord } from '@ctrkit/syscalls';
import type { OnEvent } from '../events.ts';
import { WHITEOUT } from '../layer/names.ts';
import { explain } from '../layer/plan-stream.ts';
import { ArchiveWriter, inChunks } from '../tar/archive-writer.ts';
import type { Tree } from '../tree.ts';
import { FirstNames } from './first-names.ts';
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
  readonly archive = new ArchiveWriter();
  readonly #options: PackOptions;
  readonly #names = new FirstNames();

  constructor(options: PackOptions) {
    this.#options = options;
  }

  *entry(entry: WalkEntry): Generator<Buffer> {
    yield* this.archive.close();
    const path = entry.path.toString('latin1');
    if (path === '.' || this.#options.isLeftOut?.(entry) === true) return;
    if (this.#options.isUpper === true && isWhiteout(entry)) {
      yield* this.archive.entry(whiteoutAt(path));
    } else if (entry.type === 'socket') this.#drop(path, 'socket');
    // In a layer it would remove another file.
    else if (path.slice(path.lastIndexOf('/') + 1).startsWith(WHITEOUT)) this.#drop(path, 'name');
    else yield* this.#plain({ ...entry, type: entry.type }, path);
  }

  *#plain(
    entry: WalkEntry & { readonly type: Exclude<WalkEntry['type'], 'socket'> },
    path: string,
  ): Generator<Buffer> {
    yield* this.archive.entry(writtenEntry(entry, this.#names.of(entry, path)));
    if (this.#options.isUpper === true && isOpaque(entry)) {
      yield* this.archive.entry(opaqueIn(path));
    }
  }

  #drop(path: string, what: 'socket' | 'name'): void {
    this.#options.onEvent?.({ type: 'dropped', path, what });
  }
}

async function* partsOf(
  records: AsyncIterable<WalkRecord>,
  options: PackOptions,
): AsyncGenerator<Buffer> {
  const packer = new Packer(options);
  for await (const record of records) {
    yield* record.kind === 'entry' ? packer.entry(record) : packer.archive.data(record);
  }
  yield* packer.archive.end();
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
