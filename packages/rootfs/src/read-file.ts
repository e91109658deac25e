import { SyscallsError, walkTree } from '@ctrkit/syscalls';
import type { WalkRecord } from '@ctrkit/syscalls';
import { explain } from './layer/plan-stream.ts';
import { RootfsError } from './rootfs-error.ts';
import type { Tree } from './tree.ts';
import { zeroBytes } from './zero-bytes.ts';

const problem = (path: string, what: string): RootfsError =>
  new RootfsError('NO_FILE', `${JSON.stringify(path)}: ${what}`, { path });

function explained(error: unknown, path: string): unknown {
  const failure = error instanceof SyscallsError ? error.failure : undefined;
  if (failure?.operation !== 'walk') return explain(error);
  const absent = failure.errno === 'ENOENT' || failure.errno === 'ENOTDIR';
  return absent ? problem(path, 'no such file') : problem(path, failure.errno);
}

/** The bytes of the one file that a walk with contents is of; holes are zeros. */
async function* contents(records: AsyncIterable<WalkRecord>, path: string): AsyncGenerator<Buffer> {
  let [size, at] = [0, 0];
  for await (const record of records) {
    if (record.kind === 'entry') {
      if (record.type !== 'file') throw problem(path, `is no regular file, but a ${record.type}`);
      size = record.size;
    } else {
      yield* zeroBytes(record.offset - at);
      yield record.content;
      at = record.offset + record.content.length;
    }
  }
  yield* zeroBytes(size - at);
}

/**
 * One regular file of a tree, as who lives in it sees it: links are followed, and lead nowhere outside. Throws NO_FILE,
 * UNPACK_FAILED, NO_USER_NAMESPACES, the reason of `signal`.
 */
export async function* readFileOf(
  tree: Tree,
  path: string,
  options: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<Buffer> {
  const selection = {
    path,
    depth: 0,
    contents: Number.MAX_SAFE_INTEGER,
    xattrs: false,
    follow: true,
  } as const;
  try {
    yield* contents(walkTree(tree, selection, options), path);
  } catch (error) {
    throw explained(error, path);
  }
}
