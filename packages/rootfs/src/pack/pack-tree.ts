import { explain } from '../layer/plan-stream.ts';
import type { Tree } from '../tree.ts';
import { TreeWalker } from '../tree-walker.ts';
import { packEntries } from './pack-entries.ts';
import type { PackOptions } from './pack-entries.ts';

export interface PackTreeOptions extends PackOptions {
  readonly signal?: AbortSignal | undefined;
  /** Who walks the tree. @default one who is there for that */
  readonly walker?: TreeWalker | undefined;
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
  { signal, walker, ...options }: PackTreeOptions = {},
): AsyncGenerator<Buffer> {
  await using own = new TreeWalker(signal);
  const all = [{ contents: Number.MAX_SAFE_INTEGER }];
  try {
    yield* packEntries((walker ?? own).walk(tree, all), options);
  } catch (error) {
    throw explain(error);
  }
}
