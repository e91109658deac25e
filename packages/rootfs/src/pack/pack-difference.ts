import { walkTree } from '@ctrkit/syscalls';
import type { WalkSelection } from '@ctrkit/syscalls';
import { explain } from '../layer/plan-stream.ts';
import type { Tree } from '../tree.ts';
import { findDifference } from './find-difference.ts';
import type { Difference, DifferenceOptions } from './find-difference.ts';
import { packEntries } from './pack-entries.ts';
import type { PackedRecord } from './pack-entries.ts';
import { comparePaths } from './paths.ts';
import { keyOf } from './upper-entries.ts';

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
  const records = recordsOf(upper, difference, signal);
  yield* packEntries(records, { withRoot: true, modified, onEvent });
}

async function* recordsOf(
  tree: Tree,
  { written, removed }: Difference,
  signal: AbortSignal | undefined,
): AsyncGenerator<PackedRecord> {
  const root = written.has('.') ? ['.'] : [];
  const others = [...written, ...removed].filter((path) => path !== '.').toSorted(comparePaths);
  const paths = [...root, ...others];
  const wanted = paths.filter((path) => written.has(path)).map(whole);
  let next = 0;
  try {
    const signalled = signal === undefined ? {} : { signal };
    for await (const record of wanted.length === 0 ? [] : walkTree(tree, wanted, signalled)) {
      if (record.kind === 'entry') {
        const end = paths.indexOf(keyOf(record), next);
        for (const path of paths.slice(next, end)) yield gone(path);
        next = end + 1;
      }
      yield record;
    }
  } catch (error) {
    throw explain(error);
  }
  for (const path of paths.slice(next)) yield gone(path);
}

const whole = (path: string): WalkSelection => ({
  path: Buffer.from(path, 'latin1'),
  depth: 0,
  contents: Number.MAX_SAFE_INTEGER,
});

const gone = (path: string): PackedRecord => ({
  kind: 'removed',
  path: Buffer.from(path, 'latin1'),
});
