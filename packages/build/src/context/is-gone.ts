import type { Node } from './node.ts';

/** A test for paths that are known not to be there: only of a directory that was listed is known what is not in it. */
export function goneFrom(root: Node): (path: string) => boolean {
  const there = new Set<string>();
  const listed = new Set<string>();
  const look = (node: Node): void => {
    there.add(node.path);
    if (node.children !== undefined) listed.add(node.path);
    for (const child of node.children ?? []) look(child);
  };
  look(root);
  const isGone = (path: string): boolean => {
    if (path === '.' || there.has(path)) return false;
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/'))) || '.';
    return listed.has(parent) || isGone(parent);
  };
  return isGone;
}
