import { dirname, join } from 'node:path';
import type { LinuxResources } from '@ctrkit/oci';
import { absoluteCgroupPath } from './cgroup-path.ts';
import type { CreateOptions } from './create.ts';
import { detectHierarchy } from './hierarchy.ts';
import type { Tree } from './hierarchy.ts';
import { places } from './place.ts';

/** Where a cgroup is, made or not: for whoever removes it without us. */
export interface CgroupLocation {
  /** Its directories, one a tree. */
  readonly directories: readonly string[];
  /** Those above them, the lowest first, up to the mount points: others may be in them. */
  readonly parents: readonly string[];
  /** The file that counts who was killed for want of memory (`oom_kill N`). */
  readonly oomEvents?: string;
}

function ancestors(directory: string, tree: Tree): string[] {
  const above = dirname(directory);
  return above.length > tree.mountPoint.length ? [above, ...ancestors(above, tree)] : [];
}

/** Where `createCgroup` makes a cgroup of that path with these limits. Throws as that does. */
export async function locateCgroup(
  path: string,
  resources: LinuxResources,
  options: CreateOptions = {},
): Promise<CgroupLocation> {
  const hierarchy = options.hierarchy ?? (await detectHierarchy());
  const absolute = absoluteCgroupPath(path, hierarchy);
  const members = places(hierarchy, resources, options.controllers ?? []).map(({ tree }) => ({
    tree,
    directory: join(tree.mountPoint, absolute),
  }));
  const counting = members.find(({ tree }) => tree.controllers.includes('memory'));
  const counter = counting?.tree.version === 2 ? 'memory.events' : 'memory.oom_control';
  return {
    directories: members.map(({ directory }) => directory),
    parents: members.flatMap(({ tree, directory }) => ancestors(directory, tree)),
    ...(counting === undefined ? {} : { oomEvents: join(counting.directory, counter) }),
  };
}
