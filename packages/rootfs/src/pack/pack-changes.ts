import type { OnEvent } from '../events.ts';
import { directoryTree } from '../tree.ts';
import { TreeWalker } from '../tree-walker.ts';
import { copiedChanges } from './copied-changes.ts';
import { isWhiteout } from './overlay-marks.ts';
import { packEntries } from './pack-entries.ts';
import type { PackedRecord } from './pack-entries.ts';
import { packTree } from './pack-tree.ts';
import { placeholdersIn } from './placeholders.ts';
import { recordsInOrder } from './records-in-order.ts';
import type { OrderedName } from './records-in-order.ts';
import { changedTree, keyOf, lowerEntries, upperEntries } from './upper-entries.ts';
import type { ChangesOptions, Entries } from './upper-entries.ts';

export interface PackChangesOptions extends ChangesOptions {
  /** The time of every entry, in nanoseconds since 1970. @default when each was changed */
  readonly modified?: bigint | undefined;
  readonly onEvent?: OnEvent | undefined;
}

/**
 * What a container changed of its image as an uncompressed layer: whiteouts for what is gone, without what was only made
 * to mount on. The same changes are the same bytes. Throws what `packTree` throws.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md
 */
export async function* packChanges(given: PackChangesOptions): AsyncGenerator<Buffer> {
  if (given.copied === true) {
    const { names } = await copiedChanges(given);
    yield* packCopied(given, names);
    return;
  }
  await using walker = new TreeWalker(given.signal);
  const options = { ...given, walker };
  const upper = await upperEntries(options);
  const lower = await lowerEntries(upper, options);
  const placeholders = placeholdersIn(upper, lower, options.mountPoints ?? []);
  if ((options.shared ?? []).length === 0) {
    yield* packUpper(options, placeholders);
    return;
  }
  const { modified, onEvent } = options;
  const records = mergedRecords(options, upper, (path, isGone) => {
    // What one of them removed of another is nothing to whoever has none of them.
    return !placeholders.has(path) && !(isGone && !lower.has(path));
  });
  yield* packEntries(records, { isUpper: true, modified, onEvent });
}

/** These changes of a copy as a layer. */
export function packCopied(
  { upper, modified, onEvent, signal }: PackChangesOptions,
  names: readonly OrderedName[],
): AsyncGenerator<Buffer> {
  return packEntries(recordsInOrder(directoryTree(upper), names, signal), { modified, onEvent });
}

/** An upper directory as a layer, without the entries by these paths. */
export function packUpper(
  { upper, modified, onEvent, signal, walker }: Omit<PackChangesOptions, 'lowers'>,
  leftOut: ReadonlySet<string>,
): AsyncGenerator<Buffer> {
  return packTree(directoryTree(upper), {
    isUpper: true,
    isLeftOut: (entry) => leftOut.has(keyOf(entry)),
    modified,
    onEvent,
    signal,
    walker,
  });
}

async function* mergedRecords(
  options: PackChangesOptions,
  entries: Entries,
  isKept: (path: string, isGone: boolean) => boolean,
): AsyncGenerator<PackedRecord> {
  const names = [...entries].map(([path, entry]) => ({ path, isGone: isWhiteout(entry) }));
  const kept = names.filter(({ path, isGone }) => isKept(path, isGone));
  for await (const record of recordsInOrder(changedTree(options), kept, options.signal)) {
    // An overlay does not show its marks.
    const marked = record.kind === 'entry' ? entries.get(keyOf(record))?.xattrs : undefined;
    yield record.kind === 'entry' && marked !== undefined ? { ...record, xattrs: marked } : record;
  }
}
