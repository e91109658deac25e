import { existsSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LinuxResources } from '@ctrkit/oci';
import { applyResources, ignoredResources } from './apply.ts';
import type { Member } from './apply.ts';
import { CgroupError } from './cgroup-error.ts';
import { absoluteCgroupPath } from './cgroup-path.ts';
import type { Cgroup } from './cgroup.ts';
import { deviceProgram } from './device-program.ts';
import { CgroupHandle } from './handle.ts';
import { detectHierarchy, treesOf } from './hierarchy.ts';
import type { Hierarchy } from './hierarchy.ts';
import { makeMember } from './make-member.ts';
import { needsDeviceProgram, places } from './place.ts';

export interface OpenOptions {
  /** @default what detectHierarchy finds */
  readonly hierarchy?: Hierarchy;
}

export interface CreateOptions extends OpenOptions {
  /**
   * v1: controllers (`cpuacct`, `memory` …) whose counts are wanted although nothing limits them. Each may cost the
   * start of the first process some milliseconds. v2 counts cpu, memory and pids anyway.
   */
  readonly controllers?: readonly string[];
}

function unmake(made: readonly Member[]): void {
  for (const { directory } of made) {
    try {
      rmdirSync(directory);
    } catch {
      // The first error is the one to tell; a directory that is left is made anew by the next of its name.
    }
  }
}

/** All of them, or none. */
async function makeAll(making: readonly Promise<Member>[]): Promise<Member[]> {
  const results = await Promise.allSettled(making);
  const made = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed?.status !== 'rejected') return made;
  unmake(made);
  throw failed.reason;
}

/**
 * Makes a cgroup with these limits, new and empty: all of it, or nothing of it. Under v1 only in the trees that the
 * limits need. `path` is a cgroupsPath: absolute below the mount point, relative below the hierarchy's base.
 * Throws CgroupError by code. https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#control-groups
 */
export async function createCgroup(
  path: string,
  resources: LinuxResources,
  options: CreateOptions = {},
): Promise<Cgroup> {
  const hierarchy = options.hierarchy ?? (await detectHierarchy());
  const absolute = absoluteCgroupPath(path, hierarchy);
  const ignored = ignoredResources(hierarchy, resources);
  const program = needsDeviceProgram(hierarchy, resources)
    ? deviceProgram(resources.devices ?? [])
    : undefined;
  const wanted = places(hierarchy, resources, options.controllers ?? []);
  const made = await makeAll(wanted.map((place) => makeMember(place, absolute, hierarchy)));
  try {
    for (const member of made) ignored.push(...applyResources(member, hierarchy, resources, true));
  } catch (error) {
    unmake(made);
    throw error;
  }
  return new CgroupHandle(absolute, made, hierarchy, { ignored, program });
}

/** The cgroup that is there by that path. Throws CGROUP_NOT_FOUND, CGROUP_INVALID_VALUE. */
export async function openCgroup(path: string, options: OpenOptions = {}): Promise<Cgroup> {
  const hierarchy = options.hierarchy ?? (await detectHierarchy());
  const absolute = absoluteCgroupPath(path, hierarchy);
  const members = treesOf(hierarchy)
    .map((tree): Member => ({ tree, directory: join(tree.mountPoint, absolute) }))
    .filter(({ directory }) => existsSync(directory));
  if (members.length === 0) {
    throw new CgroupError('CGROUP_NOT_FOUND', `${absolute}: no such cgroup`, { path: absolute });
  }
  return new CgroupHandle(absolute, members, hierarchy);
}
