import type { WalkEntry, WalkRecord } from '@ctrkit/syscalls';
import type { OnEvent } from '../events.ts';
import { ArchiveWriter, inChunks } from '../tar/archive-writer.ts';
import { FirstNames } from './first-names.ts';
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
  readonly archive = new ArchiveWriter();
  readonly #options: PackOptions;
  readonly #names = new FirstNames();
  readonly #unwritable = new UnwritableEntries();

  constructor(options: PackOptions) {
    this.#options = options;
  }

  *entry(entry: WalkEntry): Generator<Buffer> {
    yield* this.archive.close();
    const path = entry.path.toString('latin1');
    const { isUpper, isLeftOut, withRoot, modified = entry.modified } = this.#options;
    if ((path === '.' && withRoot !== true) || isLeftOut?.(entry) === true) return;
    const what = this.#unwritable.take(path, entry.type);
    if (what !== undefined) this.#options.onEvent?.({ type: 'dropped', path, what });
    else if (isUpper === true && isWhiteout(entry)) yield* this.archive.entry(whiteoutAt(path));
    else yield* this.#plain({ ...entry, modified } as Writable, path);
  }

  *#plain(entry: Writable, path: string): Generator<Buffer> {
    yield* this.archive.entry(writtenEntry(entry, this.#names.of(entry, path)));
    if (this.#options.isUpper === true && isOpaque(entry)) {
      yield* this.archive.entry(opaqueIn(path));
    }
  }

  *removed(path: Buffer): Generator<Buffer> {
    yield* this.archive.entry(whiteoutAt(path.toString('latin1')));
  }
}

async function* partsOf(
  records: AsyncIterable<PackedRecord>,
  options: PackOptions,
): AsyncGenerator<Iterable<Buffer>> {
  const packer = new Packer(options);
  for await (const record of records) {
    if (record.kind === 'data') yield packer.archive.data(record);
    else yield record.kind === 'entry' ? packer.entry(record) : packer.removed(record.path);
  }
  yield packer.archive.end();
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
