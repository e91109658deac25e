import type { LinuxResources } from '@ctrkit/oci';
import { CgroupError } from './cgroup-error.ts';
import type { Controller } from './controllers/controller.ts';
import { controllers } from './controllers/index.ts';
import type { Hierarchy, Tree } from './hierarchy.ts';
import { unifiedControllers } from './unified.ts';
import { blankView } from './view.ts';

/** A tree in which a cgroup is wanted, and the controllers that it needs there. */
export interface Place {
  readonly tree: Tree;
  readonly needed: ReadonlySet<string>;
}

/** The tree of a controller, by its name in the version of that tree. */
export function treeOf(controller: Controller, hierarchy: Hierarchy): Tree | undefined {
  return ([2, 1] as const)
    .map((version) => {
      const tree = hierarchy.controllers.get(controller.names[version] ?? '');
      return tree?.version === version ? tree : undefined;
    })
    .find((tree) => tree !== undefined);
}

function unavailable(name: string, hierarchy: Hierarchy): CgroupError {
  const delegated = hierarchy.kind === 'v2' && hierarchy.base !== '/';
  return new CgroupError('CGROUP_UNAVAILABLE', `there is no cgroup controller "${name}"`, {
    hint: delegated
      ? 'systemd does not hand it to users: systemctl edit user@.service, [Service] Delegate=cpu cpuset io memory pids'
      : 'the kernel lacks it, or it is switched off (cgroup_disable=) or not mounted',
  });
}

/** Names of controllers that have something to set. Throws CGROUP_UNAVAILABLE, CGROUP_INVALID_VALUE. */
function neededControllers(hierarchy: Hierarchy, resources: LinuxResources): string[] {
  return controllers.flatMap((controller) => {
    const tree = treeOf(controller, hierarchy);
    const version = tree?.version ?? (hierarchy.kind === 'v2' ? 2 : 1);
    const name = controller.names[version];
    // Device rules have another way where v2 is mounted; see neededInUnified.
    if (tree === undefined && name === 'devices' && hierarchy.unified !== undefined) return [];
    if (controller.settings(resources, blankView(version)).length === 0) return [];
    if (tree === undefined || name === undefined) throw unavailable(name ?? '', hierarchy);
    return [name];
  });
}

const hasDeviceRules = ({ devices = [] }: LinuxResources): boolean => devices.length > 0;

/** Whether the rules for devices are a program's, for want of a v1 controller. */
export function needsDeviceProgram(hierarchy: Hierarchy, resources: LinuxResources): boolean {
  return hasDeviceRules(resources) && !hierarchy.controllers.has('devices');
}

function unifiedOf(hierarchy: Hierarchy): Tree {
  if (hierarchy.unified !== undefined) return hierarchy.unified;
  throw new CgroupError('CGROUP_UNAVAILABLE', 'linux.resources.unified needs cgroup v2', {
    hint: 'this machine has cgroup v1: use memory, cpu, pids … of linux.resources',
  });
}

/**
 * The trees in which a cgroup must be made: under v1 as few as the limits need, because the first process in each
 * costs time, and one by which all its processes can be found and stopped; under v2 there is but one.
 * Throws CGROUP_UNAVAILABLE, CGROUP_INVALID_VALUE.
 */
export function places(
  hierarchy: Hierarchy,
  resources: LinuxResources,
  also: readonly string[],
): Place[] {
  const found = new Map<Tree, Set<string>>();
  const add = (tree: Tree, name?: string): void => {
    const names = found.get(tree) ?? new Set();
    if (name !== undefined) names.add(name);
    found.set(tree, names);
  };
  for (const name of [...neededControllers(hierarchy, resources), ...also]) {
    const tree = hierarchy.controllers.get(name);
    if (tree === undefined) throw unavailable(name, hierarchy);
    add(tree, name);
  }
  const raw = unifiedControllers(resources);
  if (Object.keys(resources.unified ?? {}).length > 0) add(unifiedOf(hierarchy));
  for (const name of raw) {
    if (hierarchy.controllers.get(name)?.version !== 2) throw unavailable(name, hierarchy);
    add(unifiedOf(hierarchy), name);
  }
  if (hierarchy.kind === 'v2' || needsDeviceProgram(hierarchy, resources))
    add(unifiedOf(hierarchy));
  if (hierarchy.kind !== 'v2') {
    const tree = ['freezer', 'pids', 'memory'].map((name) => hierarchy.controllers.get(name));
    const holder =
      tree.find((each) => each?.version === 1) ?? [...hierarchy.controllers.values()][0];
    if (holder !== undefined) add(holder);
  }
  return [...found].map(([tree, needed]) => ({ tree, needed }));
}
