import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CgroupError } from './cgroup-error.ts';
import { absoluteCgroupPath } from './cgroup-path.ts';
import type { OpenOptions } from './create.ts';
import { detectHierarchy, treesOf } from './hierarchy.ts';
import type { Tree } from './hierarchy.ts';
import { childDirectories, pidsAt } from './processes.ts';

export interface ListedCgroup {
  /** Absolute: what openCgroup takes. */
  readonly path: string;
  /** The controllers in whose trees it is, `unified` for v2. */
  readonly controllers: readonly string[];
  /** How many processes are in it itself. */
  readonly processes: number;
}

type Listed = { path: string; controllers: string[]; pids: Set<number> };

function collect(tree: Tree, directory: string, into: Map<string, Listed>): void {
  const path = `/${relative(tree.mountPoint, directory)}`;
  const listed = into.get(path) ?? { path, controllers: [], pids: new Set<number>() };
  listed.controllers.push(...(tree.version === 2 ? ['unified'] : tree.controllers));
  for (const pid of pidsAt(directory)) listed.pids.add(pid);
  into.set(path, listed);
  for (const child of childDirectories(directory)) collect(tree, child, into);
}

/** The cgroups below a path (not itself), by name. Throws CGROUP_INVALID_VALUE, CGROUP_NOT_FOUND. */
export async function listCgroups(path = '/', options: OpenOptions = {}): Promise<ListedCgroup[]> {
  const hierarchy = options.hierarchy ?? (await detectHierarchy());
  const top = path === '/' ? '/' : absoluteCgroupPath(path, hierarchy);
  const trees = treesOf(hierarchy);
  const found = new Map<string, Listed>();
  for (const tree of trees) {
    const directory = join(tree.mountPoint, top);
    for (const child of childDirectories(directory)) collect(tree, child, found);
  }
  if (found.size === 0 && !trees.some((tree) => existsSync(join(tree.mountPoint, top)))) {
    throw new CgroupError('CGROUP_NOT_FOUND', `${top}: no such cgroup`, { path: top });
  }
  return [...found.values()]
    .map(({ path, controllers, pids }) => ({ path, controllers, processes: pids.size }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
