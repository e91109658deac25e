import { resolve } from 'node:path';
import type { Mount, ProcessUser } from '@ctrkit/oci';
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
  /** Which bind mounts are held by `holdPlan`: all, or those that travel. @default 'travelling' */
  readonly held?: Held;
}

/** What cannot be reached any more when it is to be mounted: what travels, when mounts are private; in another user namespace, all. */
export type Held = 'travelling' | 'all';

const isHeld = (held: Held, propagation: number): boolean => held === 'all' || propagation !== 0;

// Places where an image's symbolic link would redirect what the sandbox stands on (CVE-2026-41579, CVE-2019-19921).
const ours = /^\/(?:proc|dev|sys)(?:\/|$)/;

const followAt = (target: string): number => (ours.test(target) ? 0 : 1);

const closed =
  mountAttributes.ro | mountAttributes.nosuid | mountAttributes.nodev | mountAttributes.noexec;

function sourceOf(mount: Mount, { bundle }: Pick<MountContext, 'bundle'>): string {
  if (mount.source !== undefined) return resolve(bundle, mount.source);
  throw new NsExecError('BUNDLE_INVALID', `the bind mount at ${mount.destination} has no source`);
}

function bindPlan(mount: Mount, context: MountContext): Operation {
  const options = sortMountOptions(mount.options ?? []);
  return {
    op: 'bind',
    source: isHeld(context.held ?? 'travelling', options.propagation)
      ? ''
      : sourceOf(mount, context),
    within: options.subpath,
    target: mount.destination,
    attributes: options.attributes,
    recursive: options.recursive ? 1 : 0,
    follow: followAt(mount.destination),
  };
}

function filesystemPlan(mount: Mount): Operation {
  const options = sortMountOptions(mount.options ?? []);
  if (options.propagation !== 0) {
    const what = `propagation of the ${mount.type ?? 'mount'} at ${mount.destination}`;
    throw new NsExecError('SPEC_UNSUPPORTED', `${what} is not supported: it is no bind mount`);
  }
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

export const isBind = ({ type, options = [] }: Mount): boolean =>
  type === 'bind' || sortMountOptions(options).bind;

/** The bind mounts below the root. */
export const bindsOf = (mounts: readonly Mount[] = []): Mount[] =>
  mounts.filter((mount) => mount.destination !== '/' && isBind(mount));

/** Whether a mount has ids of its own for its owners, and not the container's. */
export const hasOwnIds = ({ uidMappings = [], gidMappings = [] }: Mount): boolean =>
  uidMappings.length > 0 || gidMappings.length > 0;

/** Whether a mount shows owners as other ids: 0 no, 1 its own, 2 those of what is mounted below it too (`idmap`, `ridmap`). */
function mappingOf(mount: Mount): 0 | 1 | 2 {
  const { mapped } = sortMountOptions(mount.options ?? []);
  return mapped === 0 && hasOwnIds(mount) ? 1 : mapped;
}

export const isMapped = (mount: Mount): boolean => mappingOf(mount) > 0;

/** Takes hold of bind mounts while they can be reached. Throws BUNDLE_INVALID. */
export function holdPlan(mount: Mount, bundle: string, held: Held): Operation[] {
  const { propagation, recursive, subpath } = sortMountOptions(mount.options ?? []);
  if (!isHeld(held, propagation)) return [];
  const source = sourceOf(mount, { bundle });
  const mapped = mappingOf(mount);
  return [{ op: 'hold', source, within: subpath, recursive: recursive ? 1 : 0, propagation, mapped }]; // prettier-ignore
}

/** Gives the source of a bind mount that asks for it to a user. */
export function ownPlan(mount: Mount, { uid, gid }: Pick<ProcessUser, 'uid' | 'gid'>): Operation[] {
  const { owned, subpath } = sortMountOptions(mount.options ?? []);
  if (!owned) return [];
  return [{ op: 'own', source: sourceOf(mount, { bundle: '/' }), within: subpath, uid, gid }];
}

/** One mount of the spec (config.md#mounts) as operations. Throws SPEC_UNSUPPORTED, BUNDLE_INVALID. */
export function mountPlan(mount: Mount, context: MountContext): Operation[] {
  if (mount.type === 'cgroup' || mount.type === 'cgroup2') return cgroupPlan(mount, context);
  return [isBind(mount) ? bindPlan(mount, context) : filesystemPlan(mount)];
}
