import type { TreeIndex } from './tree-index.ts';
import type { Node } from './node.ts';

// As the kernel: path_resolution(7).
const MOST_LINKS = 40;

const namesOf = (path: string): string[] =>
  path.split('/').filter((name) => name !== '' && name !== '.');

async function childOf(index: TreeIndex, node: Node, name: string): Promise<Node | undefined> {
  await index.list([node]);
  return node.children?.find((child) => child.name === name);
}

/**
 * What is at a path from a directory of the tree (latin1), links followed: they lead nowhere outside, for here `..` of the root and `/`
 * are the root. Undefined where there is nothing, where links run in circles, and where a link leads to what is left out.
 */
export async function resolvePath(
  index: TreeIndex,
  path: string,
  from?: Node,
): Promise<Node | undefined> {
  const root = await index.root();
  const names = namesOf(path);
  let node: Node | undefined = path.startsWith('/') ? root : (from ?? root);
  let links = 0;
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const directory: Node = node;
    node = name === '..' ? (directory.parent ?? root) : await childOf(index, directory, name);
    if (node === undefined) return undefined;
    if (node.entry.type !== 'symlink') continue;
    links += 1;
    if (links > MOST_LINKS) return undefined;
    const target = node.entry.target.toString('latin1');
    names.unshift(...namesOf(target));
    node = target.startsWith('/') ? root : directory;
  }
  return node;
}
