import { encodePlan } from './encode.ts';
import { Helper } from './helper.ts';
import type { HelperOptions } from './helper.ts';
import type { Text } from './operations/fields.ts';
import type { Operation } from './operations/index.ts';
import { SyscallsError } from './syscalls-error.ts';
import { readWalkRecord } from './walk-record.ts';
import type { WalkRecord } from './walk-record.ts';

/** What of a tree is wanted. */
export interface WalkSelection {
  /**
   * Where to begin, in the root.
   * @default '.'
   */
  readonly path?: Text;
  /**
   * How many levels below `path`: 0 is the entry alone.
   * @default all
   */
  readonly depth?: number;
  /**
   * The contents of files up to this size, in bytes, follow their entries.
   * @default 0
   */
  readonly contents?: number;
  /** @default true */
  readonly xattrs?: boolean;
  /**
   * Symbolic links in `path` are followed, inside the root; `parents`: but for the last.
   * @default false
   */
  readonly follow?: boolean | 'parents';
  /**
   * An absent `path` yields nothing instead of failing.
   * @default false
   */
  readonly optional?: boolean;
  /**
   * What is mounted below `path` is entered.
   * @default false
   */
  readonly mounts?: boolean;
}

function operationOf(selection: WalkSelection): Operation {
  return {
    op: 'walk',
    path: selection.path ?? '.',
    depth: selection.depth ?? 0xffffffff,
    contents: BigInt(selection.contents ?? 0),
    xattrs: selection.xattrs === false ? 0 : 1,
    follow: selection.follow === 'parents' ? 2 : Number(selection.follow ?? false),
    optional: selection.optional === true ? 1 : 0,
    mounts: selection.mounts === true ? 1 : 0,
  };
}

function isList(
  value: WalkSelection | readonly WalkSelection[],
): value is readonly WalkSelection[] {
  return Array.isArray(value);
}

async function* bodies(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32LE(0)) {
      const end = 4 + bytes.readUInt32LE(0);
      yield bytes.subarray(4, end);
      bytes = bytes.subarray(end);
    }
    rest = bytes;
  }
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
  options: Pick<HelperOptions, 'path'> & { readonly signal?: AbortSignal } = {},
): AsyncGenerator<WalkRecord> {
  const wanted: readonly WalkSelection[] = isList(selections) ? selections : [selections];
  const { signal, ...rest } = options;
  signal?.throwIfAborted();
  const helper = new Helper('walk', { ...rest, stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = (): void => void helper.kill('SIGKILL');
  signal?.addEventListener('abort', kill);
  try {
    // Not waited for: a helper whose output nobody reads would read no more of a long plan.
    const sent = helper.writeEncoded(encodePlan([...before, ...wanted.map(operationOf)]));
    helper.end();
    let ends = 0;
    for await (const body of bodies(helper.stdout as AsyncIterable<Buffer>)) {
      const record = readWalkRecord(body);
      if (record === undefined) ends += 1;
      else yield record;
    }
    await sent;
    signal?.throwIfAborted();
    await helper.wait();
    if (ends !== wanted.length) throw new SyscallsError('HELPER_DIED', 'a walk ended early');
  } finally {
    signal?.removeEventListener('abort', kill);
    helper.kill('SIGKILL');
  }
}
