import { entrypointOf, imageToProcess } from '@ctrkit/oci';
import type { ContainerIds, ImageConfig, Mount, RuntimeSpec } from '@ctrkit/oci';
import { resourcesOf } from './limits.ts';
import type { Limits } from './limits.ts';
import type { ContainerRecord } from './container-record.ts';
import { rootDirectories, rootMount } from './root-directories.ts';
import type { ProcessChoices } from './spec.ts';

type Linux = NonNullable<RuntimeSpec['linux']>;

export interface ForkedSpecChoices extends ProcessChoices {
  readonly id: string;
  readonly hostname: string;
  readonly terminal: boolean;
  readonly limits?: Limits | undefined;
  /** Those of its user namespace, where the container has one. */
  readonly ids?: ContainerIds | undefined;
  /** The files of a container that is removed at its end need not reach the disk. */
  readonly volatile: boolean;
  /** The directory of the container that is forked, and that of the fork. */
  readonly directories: readonly [from: string, to: string];
}

// What a container got for being that one, and no other.
function ownEnv({ hostname, process }: RuntimeSpec, { terminal }: ContainerRecord): string[] {
  const own = new Set([`HOSTNAME=${hostname ?? ''}`, ...(terminal ? ['TERM=xterm'] : [])]);
  return (process?.env ?? []).filter((variable) => !own.has(variable));
}

/** A container's command, environment and directory as an image would say them. */
function asImage(spec: RuntimeSpec, record: ContainerRecord): ImageConfig {
  const { args = [], cwd } = spec.process ?? {};
  const { entrypoint = [] } = record;
  return {
    architecture: '',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [] },
    config: {
      Entrypoint: [...entrypoint],
      Cmd: args.slice(entrypoint.length),
      Env: ownEnv(spec, record),
      ...(cwd === undefined ? {} : { WorkingDir: cwd }),
    },
  };
}

/** How the command of a fork begins: see `entrypoint` of a record. */
export const forkedEntrypoint = (
  spec: RuntimeSpec,
  record: ContainerRecord,
  choices: ProcessChoices,
): string[] => entrypointOf(asImage(spec, record), choices);

function movedMount(mount: Mount, { directories: [from, to] }: ForkedSpecChoices): Mount {
  const { source = '' } = mount;
  return source.startsWith(`${from}/`)
    ? { ...mount, source: `${to}${source.slice(from.length)}` }
    : mount;
}

function movedRoot(
  spec: RuntimeSpec,
  { directories: [from, to], volatile }: ForkedSpecChoices,
): Mount {
  const { upper, work, options, ...root } = rootDirectories(spec);
  const moved = (path: string): string => `${to}${path.slice(from.length)}`;
  const kept = options.filter((option) => option !== 'volatile');
  return rootMount({
    ...root,
    upper: moved(upper),
    work: moved(work),
    options: [...kept, ...(volatile ? ['volatile'] : [])],
  });
}

// Without privileges it has neither a cgroup nor limits.
function forkedLinux(
  linux: Linux,
  { cgroupsPath, resources }: Required<Pick<Linux, 'cgroupsPath' | 'resources'>>,
  ids: ContainerIds | undefined,
): Linux {
  return {
    ...linux,
    ...(ids === undefined ? {} : { uidMappings: [...ids.uids], gidMappings: [...ids.gids] }),
    ...(linux.cgroupsPath === undefined ? {} : { cgroupsPath }),
    ...(linux.resources === undefined ? {} : { resources: { ...linux.resources, ...resources } }),
  };
}

/**
 * The spec of a fork: that of the container but for what makes it another: its name on the network, its cgroup, where it writes;
 * and for what is chosen otherwise. Throws LIMIT_INVALID, OciError.
 */
export function forkedSpec(
  spec: RuntimeSpec,
  record: ContainerRecord,
  choices: ForkedSpecChoices,
): RuntimeSpec {
  const { id, hostname, terminal, limits = {}, entrypoint, command: cmd, env, workdir: cwd } = choices; // prettier-ignore
  const overrides = { entrypoint, cmd, env, cwd, hostname, terminal };
  const process = imageToProcess(asImage(spec, record), overrides);
  const resources = resourcesOf(limits);
  return {
    ...spec,
    hostname,
    ...(spec.process === undefined ? {} : { process: { ...spec.process, ...process, terminal } }),
    mounts: (spec.mounts ?? []).map((mount) =>
      mount.destination === '/' ? movedRoot(spec, choices) : movedMount(mount, choices),
    ),
    linux: forkedLinux(spec.linux ?? {}, { cgroupsPath: `ctr/${id}`, resources }, choices.ids),
  };
}

/** The same spec upon one layer more. */
export function withLayer(spec: RuntimeSpec, layer: string): RuntimeSpec {
  const { lowers, ...root } = rootDirectories(spec);
  const upon = rootMount({ ...root, lowers: [...lowers, layer] });
  const { mounts = [] } = spec;
  return { ...spec, mounts: mounts.map((one) => (one.destination === '/' ? upon : one)) };
}
