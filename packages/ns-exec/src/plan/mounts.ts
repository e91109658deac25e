import { resolve } from 'node:path';
import type { Mount } from '@ctrkit/oci';
import { mountAttributes } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { NsExecError } from '../ns-exec-error.ts';
import { sortMountOptions } from './mount-options.ts';

/** A directory of the container's own cgroup on the host, and the controllers that it stands for. */
export interface CgroupMount {
  readonly controllers: readonly string[];
  readonly hostPath: string;
}

/** What a mount's plan may depend on beside the mount itself. */
export interface MountContext {
  readonly bundle: string;
  /** The container's own cgroups under v1; empty: cgroup v2, or none. */
  readonly cgroups: readonly CgroupMount[];
  /** Whether the container has a cgroup of its own at all. */
  readonly hasCgroup: boolean;
}

// Places where an image's symbolic link would redirect what the sandbox stands on (CVE-2026-41579, CVE-2019-19921).
const ours = /^\/(?:proc|dev|sys)(?:\/|$)/;

const followAt = (target: string): number => (ours.test(target) ? 0 : 1);

const closed =
  mountAttributes.ro | mountAttributes.nosuid | mountAttributes.nodev | mountAttributes.noexec;

function bindPlan(mount: Mount, context: MountContext): Operation {
  const options = sortMountOptions(mount.options ?? []);
  if (mount.source === undefined) {
    throw new NsExecError('BUNDLE_INVALID', `the bind mount at ${mount.destination} has no source`);
  }
  return {
    op: 'bind',
    source: resolve(context.bundle, mount.source),
    within: options.subpath,
    target: mount.destination,
    attributes: options.attributes,
    recursive: options.recursive ? 1 : 0,
    follow: followAt(mount.destination),
  };
}

function filesystemPlan(mount: Mount): Operation {
  const options = sortMountOptions(mount.options ?? []);
  const type = mount.type ?? 'none';
  return {
    op: 'mount',
    type,
    source: mount.source ?? type,
    target: mount.destination,
    options: options.data,
    attributes: options.attributes,
    follow: followAt(mount.destination),
  };
}

// v1: one read-only view of the container's own directory a controller, in a directory that nobody can add to.
function cgroupV1Plan(target: string, cgroups: readonly CgroupMount[]): Operation[] {
  const writable = closed & ~mountAttributes.ro;
  return [
    {
      op: 'mount',
      type: 'tmpfs',
      source: 'cgroup',
      target,
      options: ['mode=755'],
      attributes: writable,
      follow: 0,
    },
    ...cgroups.flatMap(({ controllers, hostPath }): Operation[] => {
      const name = controllers.join(',');
      const bound: Operation = {
        op: 'bind',
        source: hostPath,
        within: '',
        target: `${target}/${name}`,
        attributes: closed,
        recursive: 0,
        follow: 0,
      };
      const links = controllers.length > 1 ? controllers : [];
      return [
        bound,
        ...links.map((link): Operation => ({
          op: 'link',
          path: `${target}/${link}`,
          target: name,
        })),
      ];
    }),
    { op: 'remount', path: target, attributes: closed },
  ];
}

function cgroupPlan(mount: Mount, context: MountContext): Operation[] {
  if (!context.hasCgroup) return [];
  if (context.cgroups.length > 0) return cgroupV1Plan(mount.destination, context.cgroups);
  return [filesystemPlan({ ...mount, type: 'cgroup2', source: 'cgroup' })];
}

/** One mount of the spec (config.md#mounts) as operations. Throws SPEC_UNSUPPORTED, BUNDLE_INVALID. */
export function mountPlan(mount: Mount, context: MountContext): Operation[] {
  if (mount.type === 'cgroup' || mount.type === 'cgroup2') return cgroupPlan(mount, context);
  const { bind } = sortMountOptions(mount.options ?? []);
  return [bind || mount.type === 'bind' ? bindPlan(mount, context) : filesystemPlan(mount)];
}
