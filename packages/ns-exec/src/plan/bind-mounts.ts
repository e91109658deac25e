import type { Mount, RuntimeSpec } from '@ctrkit/oci';
import type { Operation } from '@ctrkit/syscalls';
import { sortMountOptions } from './mount-options.ts';
import { mountPlan } from './mounts.ts';

export type BindMount = Extract<Operation, { readonly op: 'bind' }>;

const isBelow = (path: string, directory: string): boolean => path.startsWith(`${directory}/`);

// Where nobody lives, nothing has to travel.
const alone = (mount: Mount): Mount => ({
  ...mount,
  options: (mount.options ?? []).filter((option) => !/^r?(?:shared|slave)$/.test(option)),
});

/**
 * The bind mounts of a spec in their order, as far as they show in a root in which nothing else is mounted. Throws
 * SPEC_UNSUPPORTED, BUNDLE_INVALID.
 */
export function bindMounts({ mounts = [] }: RuntimeSpec, bundle: string): BindMount[] {
  const binds: BindMount[] = [];
  const others: string[] = [];
  for (const mount of mounts.filter(({ destination }) => destination !== '/')) {
    const { bind } = sortMountOptions(mount.options ?? []);
    if (!bind && mount.type !== 'bind') others.push(mount.destination);
    else if (!others.some((other) => isBelow(mount.destination, other))) {
      const plan = mountPlan(alone(mount), { bundle, cgroups: [], hasCgroup: false });
      binds.push(...plan.filter((operation) => operation.op === 'bind'));
    }
  }
  return binds;
}
