import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CgroupError } from './cgroup-error.ts';
import { readValue } from './files.ts';
import { parseMountinfo } from './mountinfo.ts';
import type { CgroupMountEntry } from './mountinfo.ts';
import { parseSelfCgroup } from './self-cgroup.ts';

/** One mounted tree of cgroups. */
export interface Tree {
  readonly version: 1 | 2;
  readonly mountPoint: string;
  /** The controllers that limit in it. */
  readonly controllers: readonly string[];
}

/** The cgroups of a machine as the calling process may use them. */
export interface Hierarchy {
  readonly kind: 'v1' | 'v2' | 'hybrid';
  /** Which tree a controller is in. */
  readonly controllers: ReadonlyMap<string, Tree>;
  /** The v2 tree, where one is mounted, also without controllers. */
  readonly unified: Tree | undefined;
  /**
   * What relative paths are beneath: '/' for root; for a user under v2 the highest cgroup above its own that
   * it may change (handed over by systemd, say); undefined where there is none.
   */
  readonly base: string | undefined;
}

/** Every tree, once. */
export function treesOf({ controllers, unified }: Hierarchy): Tree[] {
  return [...new Set([...controllers.values(), ...(unified === undefined ? [] : [unified])])];
}

export interface DetectOptions {
  /** Mounts elsewhere do not count. @default '/sys/fs/cgroup' */
  readonly root?: string;
  /** @default '/proc/self/mountinfo' */
  readonly mountinfo?: string;
  /** @default '/proc/self/cgroup' */
  readonly self?: string;
}

/**
 * Which cgroups there are: v1 controllers, the v2 tree, or some of each (hybrid; a v2 tree without controllers
 * beside v1 counts as v1). Reads, changes nothing. Throws CGROUP_UNAVAILABLE when nothing is mounted.
 */
export async function detectHierarchy(options: DetectOptions = {}): Promise<Hierarchy> {
  return readHierarchy(options);
}

/** The same at once. */
export function readHierarchy(options: DetectOptions = {}): Hierarchy {
  const { root = '/sys/fs/cgroup', self = '/proc/self/cgroup' } = options;
  const mounts = readMounts(options.mountinfo ?? '/proc/self/mountinfo').filter(
    ({ mountPoint }) => mountPoint === root || mountPoint.startsWith(`${root}/`),
  );
  const trees = mounts.map(toTree);
  const unifiedAt = trees.findIndex(({ version }) => version === 2);
  const unified = trees[unifiedAt];
  const controllers = mapControllers(trees);
  const kind = kindOf([...new Set(controllers.values())], unified);
  if (kind === undefined) throw nothingMounted(root);
  if (kind !== 'v2' || unified === undefined) return { kind, controllers, unified, base: '/' };
  const own = ownPath(mounts[unifiedAt]?.root ?? '/', readFileSync(self, 'latin1'));
  const base = delegatedBase(unified.mountPoint, own);
  // What the base does not have, nothing below it can.
  const tree = { ...unified, controllers: controllersOf(join(unified.mountPoint, base ?? '/')) };
  return { kind, controllers: mapControllers([tree]), unified: tree, base };
}

function readMounts(path: string): CgroupMountEntry[] {
  try {
    return parseMountinfo(readFileSync(path, 'latin1'));
  } catch (cause) {
    throw new CgroupError('CGROUP_UNAVAILABLE', `${path}: cannot be read`, { path, cause });
  }
}

const controllersOf = (directory: string): string[] =>
  (readValue(join(directory, 'cgroup.controllers')) ?? '').split(' ').filter((name) => name !== '');

function toTree({ version, mountPoint, controllers }: CgroupMountEntry): Tree {
  return {
    version,
    mountPoint,
    controllers: version === 1 ? controllers : controllersOf(mountPoint),
  };
}

function mapControllers(trees: readonly Tree[]): Map<string, Tree> {
  const map = new Map<string, Tree>();
  for (const tree of trees) {
    for (const name of tree.controllers) if (!map.has(name)) map.set(name, tree);
  }
  return map;
}

function kindOf(trees: readonly Tree[], unified: Tree | undefined): Hierarchy['kind'] | undefined {
  if (!trees.some(({ version }) => version === 1)) return unified && 'v2';
  return trees.some(({ version }) => version === 2) ? 'hybrid' : 'v1';
}

/** Where the process is, below the mount. A mount that shows another part of the tree: its root. */
function ownPath(mountRoot: string, self: string): string {
  const path = parseSelfCgroup(self).get('') ?? '/';
  if (mountRoot === '/') return path.startsWith('/..') ? '/' : path;
  return path.startsWith(`${mountRoot}/`) ? path.slice(mountRoot.length) : '/';
}

function delegatedBase(mountPoint: string, own: string): string | undefined {
  const names = own.split('/').filter((name) => name !== '');
  const ancestors = [...Array(names.length + 1).keys()].map(
    (n) => `/${names.slice(0, n).join('/')}`,
  );
  // Who moves a process needs the right to write cgroup.procs of the ancestor that both places share.
  return ancestors.find((path) =>
    ['.', 'cgroup.procs', 'cgroup.subtree_control'].every((file) =>
      isWritable(join(mountPoint, path, file)),
    ),
  );
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function nothingMounted(root: string): CgroupError {
  return new CgroupError('CGROUP_UNAVAILABLE', `${root}: no cgroups are mounted`, {
    hint: `mount -t cgroup2 cgroup2 ${root}`,
    path: root,
  });
}
