import { join } from 'node:path';
import type { LinuxResources, RuntimeSpec } from '@ctrkit/oci';
import { readSpec } from './bundle.ts';
import { rootDirectories } from './root-directories.ts';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import type { ContainerState } from './container-state.ts';
import { findContainer } from './find.ts';
import { configVolumes, hostConfigMounts, inspectMounts } from './inspect-mounts.ts';
import type { Container } from './list.ts';
import { IDS_OF_BLOCK } from './own-ids.ts';
import { keptOutput } from './supervision.ts';

const NEVER = '0001-01-01T00:00:00Z';
const DEFAULT_SHM = 64 * 1024 * 1024;
const NANOSECONDS = 1_000_000_000;

function inspectState(state: ContainerState): object {
  const exit = 'exit' in state ? state.exit : undefined;
  return {
    Status: state.status,
    Running: state.status === 'running',
    Paused: false,
    Restarting: false,
    OOMKilled: exit?.oomKilled ?? false,
    Dead: false,
    Pid: state.status === 'running' ? state.pid : 0,
    ExitCode: exit?.exitCode ?? 0,
    Error: exit?.error ?? '',
    StartedAt: (state.status === 'running' ? state.startedAt : exit?.startedAt) ?? NEVER,
    FinishedAt: exit?.finishedAt ?? NEVER,
  };
}

function nanoCpus({ cpu }: LinuxResources): number {
  if (cpu?.quota === undefined || cpu.period === undefined) return 0;
  return Math.round((cpu.quota / cpu.period) * NANOSECONDS);
}

/** In bytes; of what is mounted there otherwise, what docker has of it. */
function shmSize(mounts: RuntimeSpec['mounts'] = []): number {
  const { options = [] } = mounts.find(({ destination }) => destination === '/dev/shm') ?? {};
  const size = options.find((option) => option.startsWith('size='))?.slice('size='.length);
  const [, bytes, unit] = /^(\d+)(k?)$/.exec(size ?? '') ?? [];
  return bytes === undefined ? DEFAULT_SHM : Number(bytes) * (unit === 'k' ? 1024 : 1);
}

function usernsMode({ ownIds }: Container): string {
  if (ownIds === undefined) return '';
  return ownIds.size === IDS_OF_BLOCK ? 'auto' : `auto:size=${ownIds.size}`;
}

function inspectHostConfig(container: Container, { linux, root, mounts }: RuntimeSpec): object {
  const resources = linux?.resources ?? {};
  const isIsolated = linux?.namespaces?.some(({ type }) => type === 'network') ?? false;
  return {
    LogConfig: {
      Type: 'json-file',
      Config: { 'max-size': String(keptOutput.size), 'max-file': String(keptOutput.files) },
    },
    NetworkMode: isIsolated ? 'none' : 'host',
    RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
    ...hostConfigMounts(container.mounts ?? []),
    AutoRemove: container.autoRemove,
    Privileged: false,
    UsernsMode: usernsMode(container),
    ShmSize: shmSize(mounts),
    ReadonlyRootfs: root?.readonly ?? false,
    CgroupParent: '',
    Memory: resources.memory?.limit ?? 0,
    MemorySwap: resources.memory?.swap ?? 0,
    NanoCpus: nanoCpus(resources),
    PidsLimit: resources.pids?.limit ?? null,
    MaskedPaths: linux?.maskedPaths ?? [],
    ReadonlyPaths: linux?.readonlyPaths ?? [],
  };
}

// A container whose files are a copy is what docker has of its driver `vfs`.
function graphDriver(spec: RuntimeSpec): { readonly Name: string; readonly Data: object | null } {
  const { lowers, upper, work, copied } = rootDirectories(spec);
  if (copied) return { Name: 'vfs', Data: null };
  const directories = { LowerDir: lowers.toReversed().join(':'), UpperDir: upper, WorkDir: work };
  return { Name: 'overlay', Data: directories };
}

function inspectConfig(container: Container, { hostname = '', process }: RuntimeSpec): object {
  return {
    Hostname: hostname,
    User: container.user,
    Tty: container.terminal,
    OpenStdin: container.input !== 'none',
    StdinOnce: container.input === 'once',
    Env: process?.env ?? [],
    Cmd: container.command,
    Image: container.image,
    Volumes: configVolumes(container.mounts ?? []),
    WorkingDir: process?.cwd ?? '/',
    Labels: container.labels,
    StopSignal: container.stopSignal ?? 'SIGTERM',
  };
}

/**
 * All that is known of a container, in the shape and under the names of docker's `inspect`, as far as we have what they
 * name. Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS, CONTAINER_DAMAGED.
 */
export function inspectContainer(engine: Engine, nameOrId: string): Record<string, unknown> {
  const container = findContainer(engine, nameOrId);
  const spec = readSpec(engine, container.id);
  const directory = containerDirectory(engine, container.id);
  const [path = '', ...args] = container.command;
  return {
    Id: container.id,
    Created: container.created,
    Path: path,
    Args: args,
    State: inspectState(container.state),
    Image: container.imageId,
    ResolvConfPath: join(directory, 'resolv.conf'),
    HostnamePath: join(directory, 'hostname'),
    HostsPath: join(directory, 'hosts'),
    LogPath: join(directory, 'log'),
    Name: `/${container.name}`,
    RestartCount: 0,
    Driver: graphDriver(spec).Name,
    Platform: 'linux',
    HostConfig: inspectHostConfig(container, spec),
    GraphDriver: graphDriver(spec),
    Mounts: inspectMounts(engine, container.mounts ?? []),
    Config: inspectConfig(container, spec),
  };
}
