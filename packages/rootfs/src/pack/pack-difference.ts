import { findDifference } from './find-difference.ts';
import type { Difference, DifferenceOptions } from './find-difference.ts';
import { packEntries } from './pack-entries.ts';
import { comparePaths } from './paths.ts';
import { recordsInOrder } from './records-in-order.ts';
import type { OrderedName } from './records-in-order.ts';

export interface PackDifferenceOptions extends DifferenceOptions {
  /** The time of every entry, in nanoseconds since 1970. @default when each was changed */
  readonly modified?: bigint | undefined;
}

/**
 * What makes the upper tree of the lower one, as an uncompressed layer: laid over the lower, it is the upper. The same difference is the same
 * bytes; without any, it is an archive without entries. Throws what `findDifference` throws.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#creating
 */
export async function* packDifference(options: PackDifferenceOptions): AsyncGenerator<Buffer> {
  const difference = await findDifference(options);
  const { upper, modified, onEvent, signal } = options;
  const records = recordsInOrder(upper, namesOf(difference), signal);
  yield* packEntries(records, { withRoot: true, modified, onEvent });
}

function namesOf({ written, removed }: Difference): OrderedName[] {
  const root = [...written].filter((path) => path === '.');
  const others = [...written, ...removed].filter((path) => path !== '.').toSorted(comparePaths);
  return [...root, ...others].map((path) => ({ path, isGone: removed.has(path) }));
}
