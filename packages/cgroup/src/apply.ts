import { join } from 'node:path';
import type { LinuxResources } from '@ctrkit/oci';
import { CgroupError } from './cgroup-error.ts';
import type { Controller, Setting } from './controllers/controller.ts';
import { controllers } from './controllers/index.ts';
import { writeValue } from './files.ts';
import type { Hierarchy, Tree } from './hierarchy.ts';
import { treeOf } from './place.ts';
import { unifiedSettings } from './unified.ts';
import { viewOf } from './view.ts';

/** A cgroup's directory in one tree. */
export interface Member {
  readonly tree: Tree;
  readonly directory: string;
}

const isLacking = (error: unknown): boolean =>
  error instanceof CgroupError && error.code === 'CGROUP_UNAVAILABLE';

/** Writes one value; hands back what is not there where the setting allows for that. */
function write(directory: string, setting: Setting): string[] {
  const { file, otherwise, value, lack } = setting;
  for (const name of otherwise === undefined ? [file] : [file, otherwise]) {
    try {
      writeValue(join(directory, name), value);
      return [];
    } catch (error) {
      if (!isLacking(error) || (lack === undefined && otherwise === undefined)) throw error;
    }
  }
  return lack === undefined ? [] : [lack];
}

/** The controllers that limit in a tree. */
export function controllersIn(tree: Tree, hierarchy: Hierarchy): Controller[] {
  return controllers.filter((controller) => treeOf(controller, hierarchy) === tree);
}

/**
 * Writes what the resources say to one member. Hands back what this kernel cannot do, in words.
 * Throws CGROUP_INVALID_VALUE, CGROUP_BUSY, CGROUP_NO_PERMISSION, CGROUP_UNAVAILABLE.
 */
export function applyResources(
  member: Member,
  hierarchy: Hierarchy,
  resources: LinuxResources,
  fresh: boolean,
): string[] {
  const { tree, directory } = member;
  const view = viewOf(directory, tree.version, fresh);
  const settings = controllersIn(tree, hierarchy).flatMap((each) => each.settings(resources, view));
  if (tree.version === 2) settings.push(...unifiedSettings(resources));
  return settings.flatMap((setting) => write(directory, setting));
}

/** What no file of this machine's cgroups stands for. */
export function ignoredResources(hierarchy: Hierarchy, resources: LinuxResources): string[] {
  return controllers.flatMap((controller) => {
    const version = treeOf(controller, hierarchy)?.version ?? (hierarchy.kind === 'v2' ? 2 : 1);
    return controller.ignored?.(resources, version) ?? [];
  });
}
