import { walkTree } from '@ctrkit/syscalls';
import type { WalkSelection } from '@ctrkit/syscalls';
import { explain } from '../layer/plan-stream.ts';
import type { Tree } from '../tree.ts';
import type { PackedRecord } from './pack-entries.ts';
import { keyOf } from './upper-entries.ts';

/** A name of an archive: what a tree has there, or that it is gone. */
export interface OrderedName {
  /** Relative, as latin1. */
  readonly path: string;
  readonly isGone: boolean;
}

const whole = ({ path }: OrderedName): WalkSelection => ({
  path: Buffer.from(path, 'latin1'),
  depth: 0,
  contents: Number.MAX_SAFE_INTEGER,
});

const gone = ({ path }: OrderedName): PackedRecord => ({
  kind: 'removed',
  path: Buffer.from(path, 'latin1'),
});

/** The records of these names, in this order. Throws UNPACK_FAILED, NO_USER_NAMESPACES, the reason of `signal`. */
export async function* recordsInOrder(
  tree: Tree,
  names: readonly OrderedName[],
  signal: AbortSignal | undefined,
): AsyncGenerator<PackedRecord> {
  const wanted = names.filter(({ isGone }) => !isGone).map(whole);
  let next = 0;
  try {
    const signalled = signal === undefined ? {} : { signal };
    for await (const record of wanted.length === 0 ? [] : walkTree(tree, wanted, signalled)) {
      if (record.kind === 'entry') {
        const path = keyOf(record);
        while (next < names.length && names[next]?.path !== path) {
          yield gone(names[next++] as OrderedName);
        }
        next += 1;
      }
      yield record;
    }
  } catch (error) {
    throw explain(error);
  }
  for (const name of names.slice(next)) yield gone(name);
}
