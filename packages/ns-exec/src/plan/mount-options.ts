import { mountAttributes, propagations } from '@ctrkit/syscalls';
import { NsExecError } from '../ns-exec-error.ts';

export interface MountOptions {
  /** MOUNT_ATTR_* bits. */
  readonly attributes: number;
  /** What the file system itself is told: `mode=755`, `newinstance`. */
  readonly data: readonly string[];
  readonly bind: boolean;
  readonly recursive: boolean;
  /** Of a bind mount: what of its source is mounted, a path that leads nowhere outside; empty: all. */
  readonly subpath: string;
  /** Whether owners are shown as other ids: 0 no, 1 of this mount, 2 of what is mounted below it too. */
  readonly mapped: 0 | 1 | 2;
  /** Whether its source becomes the container's user's. */
  readonly owned: boolean;
  /** MS_SLAVE or MS_SHARED; 0: private. It holds for what is mounted below, too. */
  readonly propagation: number;
}

const attributeOf: ReadonlyMap<string, number> = new Map(Object.entries(mountAttributes));

// What is the default anyway, or what a private mount namespace makes so.
const withoutEffect = new Set(
  'defaults rw suid dev exec atime diratime relatime async private rprivate symfollow'.split(' '),
);

// Binding is said by these, and to copy what is mounted below by `rbind`.
const binding = new Set(['bind', 'rbind']);

// What they mean stands in `mapped`.
const mapping = new Set(['idmap', 'ridmap']);

const unsupported = new Set('unbindable runbindable tmpcopyup rro rrw'.split(' '));

// Ours, under a name that mount(8) leaves to others.
const SUBPATH = 'x-ctr.subpath=';
const OWNED = 'x-ctr.owned';

const propagationOf: ReadonlyMap<string, number> = new Map(Object.entries(propagations));

const isSaidElsewhere = (option: string): boolean =>
  withoutEffect.has(option) ||
  binding.has(option) ||
  mapping.has(option) ||
  option.startsWith('x-');

/**
 * Sorts the options of a mount (runtime spec config.md#mounts, mount(8)) into what the kernel's mount attributes
 * say and what the file system is told. Throws SPEC_UNSUPPORTED for what cannot be bound.
 */
export function sortMountOptions(options: readonly string[]): MountOptions {
  const refused = options.find((option) => unsupported.has(option));
  if (refused !== undefined) {
    throw new NsExecError('SPEC_UNSUPPORTED', `mount option ${refused} is not supported`);
  }
  let [attributes, propagation] = [0, 0];
  const data: string[] = [];
  for (const option of options) {
    const attribute = attributeOf.get(option);
    const travels = propagationOf.get(option);
    if (attribute !== undefined) attributes |= attribute;
    else if (travels !== undefined) propagation = travels;
    else if (!isSaidElsewhere(option)) data.push(option);
  }
  return {
    attributes,
    data,
    bind: options.some((option) => binding.has(option)),
    recursive: options.includes('rbind'),
    propagation,
    mapped: options.includes('ridmap') ? 2 : options.includes('idmap') ? 1 : 0,
    owned: options.includes(OWNED),
    subpath: options.find((option) => option.startsWith(SUBPATH))?.slice(SUBPATH.length) ?? '',
  };
}
