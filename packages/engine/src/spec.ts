import { join } from 'node:path';
import {
  defaultSpec,
  hasOnlyRoot,
  imageToProcess,
  isMappedId,
  resolveUser,
  rootlessSpec,
  withUserNamespace,
} from '@ctrkit/oci';
import type {
  AccountFiles,
  ContainerIds,
  ImageConfig,
  Mount,
  Process,
  RuntimeSpec,
} from '@ctrkit/oci';
import { withMachineMasks } from '@ctrkit/ns-exec';
import { EngineError } from './engine-error.ts';
import { resourcesOf } from './limits.ts';
import type { Limits } from './limits.ts';
import { arrangeMounts } from './mounts.ts';
import { rootMount } from './root-directories.ts';

/** `none`: only a loopback interface of its own. `host`: the host's network, unprotected. */
export type NetworkMode = 'none' | 'host';

export interface ProcessChoices {
  /** Replaces the image's Cmd. */
  readonly command?: readonly string[] | undefined;
  /** Replaces the image's entrypoint; the empty string: none. */
  readonly entrypoint?: string | undefined;
  /** `NAME=value`, added to the image's. */
  readonly env?: readonly string[] | undefined;
  /** `user[:group]`, names or ids; default: the image's. */
  readonly user?: string | undefined;
  readonly workdir?: string | undefined;
}

export interface SpecChoices extends ProcessChoices {
  readonly id: string;
  readonly image: ImageConfig;
  /** The image's layers, the lowest first. */
  readonly layers: readonly string[];
  /** The container's files are a copy of what these have, not an overlay upon them. */
  readonly copied: boolean;
  /** The container's own directory: `upper`, `work` and the files that are bound into /etc. */
  readonly directory: string;
  readonly hostname?: string | undefined;
  readonly terminal?: boolean | undefined;
  readonly network: NetworkMode;
  readonly limits: Limits;
  /** What is mounted beside the root and what every container has. @default nothing */
  readonly mounts?: readonly Mount[] | undefined;
  /** The size of /dev/shm in bytes. @default 64 MiB */
  readonly shmSize?: number | undefined;
  /** The container cannot write to its root. @default false */
  readonly readOnlyRoot?: boolean | undefined;
  /** The files of a container that is removed at its end need not reach the disk. */
  readonly volatile: boolean;
  /** Those of its user namespace. @default it has none, which takes root */
  readonly ids?: ContainerIds | undefined;
  /** Its files have on disk the ids that it sees, and are mounted as its own, which takes root; else it is a normal user's, without limits. @default false */
  readonly mapped?: boolean | undefined;
}

// Whatever the kernel's defaults: what a container changes is in its upper directory as files, not as hints about lower ones.
const plainUpper = ['index=off', 'redirect_dir=off', 'metacopy=off'] as const;

function rootOf({ layers, directory, copied, volatile, ids, mapped = false }: SpecChoices): Mount {
  return rootMount({
    lowers: layers,
    upper: join(directory, 'upper'),
    work: join(directory, 'work'),
    options: [
      ...(volatile ? ['volatile'] : []),
      ...(ids === undefined || mapped ? plainUpper : ['userxattr']),
    ],
    copied,
    mapped,
  });
}

/** The files of /etc that belong to the container and not to its image. */
export const networkFiles = ['hosts', 'hostname', 'resolv.conf'] as const;

function networkFileMounts({ directory, mapped = false }: SpecChoices): Mount[] {
  return networkFiles.map((name) => ({
    destination: `/etc/${name}`,
    type: 'bind',
    source: join(directory, name),
    options: ['bind', 'nosuid', 'nodev', ...(mapped ? ['idmap'] : [])],
  }));
}

function withShmSize(mounts: readonly Mount[], { shmSize }: SpecChoices): readonly Mount[] {
  if (shmSize === undefined) return mounts;
  const sized = (options: readonly string[] = []): string[] => [
    ...options.filter((option) => !option.startsWith('size=')),
    `size=${shmSize}`,
  ];
  return mounts.map((mount) =>
    mount.destination === '/dev/shm' ? { ...mount, options: sized(mount.options) } : mount,
  );
}

/** What is known of a container before its image is: its namespaces, cgroup and limits. */
export type LinuxChoices = Pick<SpecChoices, 'id' | 'network' | 'limits' | 'ids' | 'mapped'>;

/** The spec of a container as far as its image does not matter. Throws LIMIT_INVALID. */
export function linuxSpec({ id, network, limits, ids, mapped = false }: LinuxChoices): RuntimeSpec {
  const spec = defaultSpec();
  const namespaces = spec.linux?.namespaces ?? [];
  const whole: RuntimeSpec = {
    ...spec,
    linux: {
      ...spec.linux,
      namespaces: namespaces.filter(({ type }) => network === 'none' || type !== 'network'),
      cgroupsPath: `ctr/${id}`,
      resources: { ...spec.linux?.resources, ...resourcesOf(limits) },
    },
  };
  if (ids === undefined) return whole;
  return mapped ? withUserNamespace(whole, ids) : rootlessSpec(whole, ids);
}

/** A container's runtime spec: image, choices and the default sandbox together (image spec conversion.md). */
export function containerSpec(choices: SpecChoices): RuntimeSpec {
  const { id, image, terminal = false, mounts = [], readOnlyRoot = false } = choices;
  const spec = withMachineMasks(linuxSpec(choices));
  const hostname = choices.hostname ?? id.slice(0, 12);
  const { args, env, cwd } = imageToProcess(image, {
    entrypoint: choices.entrypoint,
    cmd: choices.command,
    env: choices.env,
    cwd: choices.workdir,
    hostname,
    terminal,
  });
  return {
    ...spec,
    ...(spec.process === undefined
      ? {}
      : { process: { ...spec.process, terminal, args, env, cwd } }),
    hostname,
    ...(readOnlyRoot ? { root: { path: 'rootfs', ...spec.root, readonly: true } } : {}),
    mounts: [
      rootOf(choices),
      ...arrangeMounts(networkFileMounts(choices), withShmSize(spec.mounts ?? [], choices), mounts),
    ],
  };
}

const hasHome = (env: readonly string[]): boolean => env.some((entry) => entry.startsWith('HOME='));

const hintForMore = (): string =>
  process.geteuid?.() === 0
    ? 'give the container more ids (--userns auto), or run it with --user 0:0'
    : 'a normal user needs subordinate ids for it (usermod --add-subuids --add-subgids, and the package uidmap): else run as root, or with --user 0:0';

/**
 * The process with its user as the container's own passwd and group say, and HOME where nothing else sets it.
 * Throws OciError USER_NOT_FOUND and its kin; USER_NOT_MAPPED where that user has no id in the user namespace.
 */
export function identifiedProcess(spec: RuntimeSpec, user: string, files: AccountFiles): Process {
  const process = spec.process;
  if (process === undefined) throw new TypeError('a spec without a process');
  const { uid, gid, additionalGids, home } = resolveUser(user, files);
  const { uidMappings, gidMappings } = spec.linux ?? {};
  if (!isMappedId(uid, uidMappings) || !isMappedId(gid, gidMappings)) {
    throw new EngineError('USER_NOT_MAPPED', `user ${user} has no id of its own on this host`, {
      hint: hintForMore(),
    });
  }
  const env = process.env ?? [];
  const groups = hasOnlyRoot(gidMappings)
    ? []
    : additionalGids.filter((id) => isMappedId(id, gidMappings));
  return {
    ...process,
    env: hasHome(env) ? env : [...env, `HOME=${home}`],
    user: {
      ...process.user,
      uid,
      gid,
      additionalGids: groups,
    },
  };
}
