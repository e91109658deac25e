import { becomeRoot, cloneFlags, rootOverlayOperation } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { choosePrivilege } from './privilege.ts';

const MOUNT_ATTR_RDONLY = 1;

/** Where a tree of files is: what a walk's plan begins with. */
export type Tree = readonly Operation[];

/** A mount namespace of our own, of which the host sees nothing. */
const privately = (): Operation[] => [
  ...choosePrivilege().before,
  { op: 'unshare', flags: cloneFlags.mount },
  { op: 'private-mounts' },
];

/** The operations that make the root of layers (the lowest first), privately and read-only. */
export function mountLayers(lowers: readonly string[]): Operation[] {
  const [only, ...others] = lowers;
  // An overlay has two.
  if (only !== undefined && others.length === 0) return mountOnly(only, MOUNT_ATTR_RDONLY);
  return [
    ...privately(),
    {
      op: rootOverlayOperation(),
      lowers: lowers.toReversed(),
      upper: '',
      work: '',
      // One of the layers may be the upper directory of a running container's overlay.
      options: [...choosePrivilege().overlayOptions, 'index=off'],
      attributes: MOUNT_ATTR_RDONLY,
    },
    { op: 'attach-root' },
  ];
}

/** An overlay whose upper directory takes what is written. */
export interface WritableLayers {
  /** The lowest first. */
  readonly lowers: readonly string[];
  readonly upper: string;
  readonly work: string;
  /** Of overlayfs, beside its directories. */
  readonly options: readonly string[];
}

/** The same with an upper directory, which is nobody else's meanwhile. */
export function mountWritable({ lowers, upper, work, options }: WritableLayers): Operation[] {
  return [
    ...privately(),
    {
      op: rootOverlayOperation(),
      lowers: lowers.toReversed(),
      upper,
      work,
      options,
      attributes: 0,
    },
    { op: 'attach-root' },
  ];
}

/** A directory of the host, as it is; of an overlay's upper directory, the marks too. */
export function directoryTree(path: string): Tree {
  return [...choosePrivilege().before, { op: 'root', path }];
}

function mountOnly(path: string, attributes: number): Operation[] {
  // In a user namespace mounts may only be copied together with what is mounted below them.
  const recursive = choosePrivilege().before.length === 0 ? 0 : 1;
  return [...privately(), { op: 'root-bind', path, recursive, attributes }, { op: 'attach-root' }];
}

/** A directory of the host as the root, privately, to be written to. */
export const mountDirectory = (path: string): Operation[] => mountOnly(path, 0);

/** Layers as an overlay shows them, the lowest first: of a container at rest, its upper directory is the last. */
export function layersTree(layers: readonly string[]): Tree {
  const [only, ...others] = layers;
  return only === undefined || others.length > 0 ? mountLayers(layers) : directoryTree(only);
}

/** The first process of a running container, and whether that has a user namespace. */
export interface RunningRoot {
  readonly pid: number;
  /** Field 22 of proc_pid_stat(5). */
  readonly startTime: string;
  readonly user: boolean;
}

const join = ({ pid, startTime, user }: RunningRoot): Operation[] => [
  { op: 'target', pid, startTime },
  { op: 'join-namespaces', flags: cloneFlags.mount | (user ? cloneFlags.user : 0) },
  ...(user ? [becomeRoot] : []),
];

/** The root of a running container with all that is mounted in it, from inside its own mount namespace. */
export const joinedTree = (root: RunningRoot): Tree => join(root);

const copied = (root: RunningRoot, recursive: 0 | 1): Operation[] => [
  ...join(root),
  { op: 'unshare', flags: cloneFlags.mount },
  { op: 'private-mounts' },
  { op: 'root-bind', path: '/', recursive, attributes: MOUNT_ATTR_RDONLY },
  { op: 'attach-root' },
];

/** The same to be read, in a copy of that namespace in which some paths are hidden. */
export const joinedTreeWithout = (root: RunningRoot, hidden: readonly string[]): Tree => [
  ...copied(root, 1),
  ...hidden.map((path): Operation => ({ op: 'mask', path })),
];

/**
 * The root of a running container without what is mounted in it, seen from a mount namespace that is a copy of its own: it
 * notices nothing.
 */
export const runningTree = (root: RunningRoot): Tree => copied(root, 0);
