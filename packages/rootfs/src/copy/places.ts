import { runPlan, walkTree } from '@ctrkit/syscalls';
import type { Tree } from '../tree.ts';
import { explainCopy } from './explain-copy.ts';

const relative = (path: string): string => path.replace(/^\/+/, '') || '.';

/** Which of these paths there are in a tree, links followed inside it. Throws COPY_FAILED, NO_USER_NAMESPACES. */
export async function placesIn(tree: Tree, paths: readonly string[]): Promise<Set<string>> {
  const selections = paths.map((path) => ({
    path: relative(path),
    depth: 0,
    xattrs: false,
    follow: true,
    optional: true,
  }));
  const found = new Set<string>();
  try {
    for await (const record of walkTree(tree, selections)) {
      if (record.kind === 'entry') found.add(record.path.toString());
    }
  } catch (error) {
    throw explainCopy(error);
  }
  return new Set(paths.filter((path) => found.has(relative(path))));
}

/** Makes what a tree is mounted on, and stays. Throws COPY_FAILED, READ_ONLY, NO_SPACE, NO_USER_NAMESPACES. */
export async function makePlaces(tree: Tree): Promise<void> {
  try {
    await runPlan('tree', tree);
  } catch (error) {
    throw explainCopy(error);
  }
}
