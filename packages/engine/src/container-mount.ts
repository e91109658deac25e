/** How mounts that are made later travel between a bind mount and its source (mount_namespaces(7)). */
export type Propagation = 'private' | 'rprivate' | 'slave' | 'rslave' | 'shared' | 'rshared';

interface Mounted {
  /** Where it is in the container: an absolute path; what is missing of it is made there. */
  readonly target: string;
  /** @default false */
  readonly readOnly?: boolean | undefined;
  /** By which option of docker it was asked for, or by what else: `inspect` shows each elsewhere. @default 'mount' */
  readonly option?: 'mount' | 'volume' | 'tmpfs' | 'image' | 'volumes-from' | undefined;
  /** What that option was given: `data:/var/lib/data:ro` of `--volume`, `size=1m` of `--tmpfs`. */
  readonly text?: string | undefined;
}

/** A file or directory of the host. */
export interface BindMount extends Mounted {
  readonly type: 'bind';
  /** An absolute path of the host. */
  readonly source: string;
  /** A source that is not there is made, as an empty directory. @default false: MOUNT_SOURCE_NOT_FOUND */
  readonly createSource?: boolean | undefined;
  /** Whether what is mounted below the source comes with it. @default true */
  readonly recursive?: boolean | undefined;
  /** @default 'rprivate' */
  readonly propagation?: Propagation | undefined;
  /** The source, and all in it, becomes the container's user's. @default false */
  readonly chown?: boolean | undefined;
  /** Its files are mounted as those of the container's own ids: root's are its root's. For a container with such ids. @default false */
  readonly idmap?: boolean | undefined;
}

/** Files in memory, gone with the container. */
export interface TmpfsMount extends Mounted {
  readonly type: 'tmpfs';
  /** Bytes. @default half of the memory */
  readonly size?: number | undefined;
  /** Permission bits of its root. @default 0o1777 */
  readonly mode?: number | undefined;
  /** Options of mount(8) in place of the default ones: `exec`, `uid=1000`. */
  readonly options?: readonly string[] | undefined;
}

/** A directory that outlives containers. */
export interface VolumeMount extends Mounted {
  readonly type: 'volume';
  /** Made where there is none of that name. Undefined: one of its own, which goes with the container. */
  readonly name?: string | undefined;
  /** An empty volume does not get what the image has at the target. @default false */
  readonly noCopy?: boolean | undefined;
  /** A directory in the volume, mounted in its place; links in it lead nowhere outside. */
  readonly subpath?: string | undefined;
  /** Labels, where the volume is made. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** As of {@link BindMount}. @default false */
  readonly chown?: boolean | undefined;
}

/** Something that is mounted in a container beside its image. */
export type ContainerMount = BindMount | TmpfsMount | VolumeMount;

/** A volume with the name that it has. */
export interface VolumePoint extends VolumeMount {
  readonly name: string;
  /** Nobody chose the name: it goes with its container. @default false */
  readonly anonymous?: boolean | undefined;
}

/** A mount as its container keeps it. */
export type MountPoint = BindMount | TmpfsMount | VolumePoint;
