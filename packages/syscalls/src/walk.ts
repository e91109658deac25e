import type { Operation } from './operations/index.ts';
import type { WalkRecord } from './walk-record.ts';
import { Walker } from './walker.ts';
import type { WalkerOptions, WalkSelection } from './walker.ts';

function isList(
  value: WalkSelection | readonly WalkSelection[],
): value is readonly WalkSelection[] {
  return Array.isArray(value);
}

/**
 * Yields the entries of a tree, each directory's names sorted by their bytes, each file's contents (where
 * selected) after its entry. `before` are the operations that choose the root: `root`, or those that mount an
 * overlay in a mount namespace of its own. Several selections are walked one after the other.
 * Throws HELPER_FAILED (`failure.errno` is ENOENT where a path is absent), HELPER_DIED, HELPER_MISSING.
 */
export async function* walkTree(
  before: readonly Operation[],
  selections: WalkSelection | readonly WalkSelection[] = {},
  options: WalkerOptions = {},
): AsyncGenerator<WalkRecord> {
  await using walker = new Walker(before, options);
  for await (const records of walker.walk(isList(selections) ? selections : [selections])) {
    for (const record of records) if (record.kind !== 'end') yield record;
  }
  await walker.end();
}
