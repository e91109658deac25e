import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitDirectory, randomHex, temporaryName } from '@ctrkit/durable';
import { entrypointOf } from '@ctrkit/oci';
import type { RuntimeSpec } from '@ctrkit/oci';
import { copyOwnership, storageOf } from '@ctrkit/rootfs';
import type { ContainerRecord } from './container-record.ts';
import { writeContainerRecord } from './container-record.ts';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { explained } from './explained.ts';
import type { RunnableImage } from './image.ts';
import type { ContainerMount, MountPoint } from './container-mount.ts';
import { mountPoints } from './mount-points.ts';
import type { VolumesFrom } from './mount-points.ts';
import { checkMapped, specMount } from './mounts.ts';
import { claimIdentity, releaseIdentity } from './identity.ts';
import type { Identity, IdentityChoices } from './identity.ts';
import { prepareMounts } from './prepare-mounts.ts';
import { removeFiles } from './remove-files.ts';
import { removeVolumesOf } from './remove-volume.ts';
import { writeNetworkFiles } from './network-files.ts';
import { signalNumber } from './signal-number.ts';
import { containerSpec } from './spec.ts';
import type { NetworkMode, ProcessChoices } from './spec.ts';
import type { Limits } from './limits.ts';
import { idsOfContainer } from './own-ids.ts';
import { syncContainer } from './sync-container.ts';

export interface CreateOptions extends ProcessChoices, IdentityChoices {
  readonly hostname?: string | undefined;
  /** Default `none`. */
  readonly network?: NetworkMode | undefined;
  readonly limits?: Limits | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Remove the container when it ends. Default false. */
  readonly autoRemove?: boolean | undefined;
  /** Whether a power cut may take it: its files are not synced, and it can be started only once. @default that of `autoRemove` */
  readonly volatile?: boolean | undefined;
  /** Its streams are a terminal. Default false. */
  readonly terminal?: boolean | undefined;
  /** It has a stdin: `once`: it ends with its first client's; `open`: it stays. Default `none`. */
  readonly stdin?: ContainerRecord['input'] | undefined;
  /** What asks it to end, in place of the image's: a name or a number. */
  readonly stopSignal?: string | undefined;
  /** What is mounted in it, beside the volumes of its image. @default nothing */
  readonly mounts?: readonly ContainerMount[] | undefined;
  /** It has the mounts of these containers too. @default none */
  readonly volumesFrom?: readonly VolumesFrom[] | undefined;
  /** The size of its /dev/shm in bytes. @default 64 MiB */
  readonly shmSize?: number | undefined;
  /** It cannot write to its root. @default false */
  readonly readOnlyRoot?: boolean | undefined;
}

/** A container that was made and not started. */
export interface CreatedContainer {
  readonly record: ContainerRecord;
  readonly spec: RuntimeSpec;
}

/** An id as docker makes them: 64 hex digits. */
export function newContainerId(): string {
  return randomHex(32);
}

function recordOf(
  image: RunnableImage,
  spec: RuntimeSpec,
  mounts: readonly MountPoint[],
  { id, name, ownIds, ...options }: NamedOptions,
): ContainerRecord {
  const { config } = image.config;
  const stopSignal = options.stopSignal ?? config.StopSignal;
  return {
    id,
    name,
    image: image.name,
    imageId: image.id,
    autoRemove: options.autoRemove ?? false,
    ...(options.volatile === true && { volatile: true }),
    ...(ownIds !== undefined && { ownIds }),
    created: new Date().toISOString(),
    command: spec.process?.args ?? [],
    entrypoint: entrypointOf(image.config, options),
    labels: { ...config.Labels, ...options.labels },
    user: options.user ?? config.User ?? '',
    terminal: options.terminal ?? false,
    input: options.stdin ?? 'none',
    ...(mounts.length === 0 ? {} : { mounts }),
    ...(stopSignal === undefined ? {} : { stopSignal }),
  };
}

type NamedOptions = Omit<CreateOptions, keyof IdentityChoices> &
  Identity & {
    /** Gives it up. */
    readonly signal?: AbortSignal | undefined;
  };

async function fillUpper(
  { layers }: RunnableImage,
  upper: string,
  { copied, volatile }: { readonly copied: boolean; readonly volatile: boolean },
): Promise<void> {
  const [top] = layers.slice(-1);
  if (top === undefined) return;
  // An overlay's root shows what its upper directory is, so that is made to be what the layers say of `/`.
  if (!copied) return await copyOwnership(top, upper);
  // Where there are overlays, nobody waits for what reads trees to load.
  const { copyFiles } = await import('./copy-files.ts');
  await copyFiles(top, upper, { sync: !volatile });
}

/**
 * Makes a container of an image under a name that is claimed for it: record, runtime bundle and an empty upper
 * directory, or a copy of the image's files, all there or nothing. Throws LIMIT_INVALID, OciError, DurableError, and what `mountPoints` and `prepareMounts` throw.
 */
export async function createContainerWithId(
  engine: Engine,
  image: RunnableImage,
  options: NamedOptions,
): Promise<CreatedContainer> {
  const { id, network = 'none', limits = {}, autoRemove = false, volatile = autoRemove } = options;
  const directory = containerDirectory(engine, id);
  if (options.stopSignal !== undefined) signalNumber(options.stopSignal);
  const mounts = mountPoints(engine, image.config, options);
  const ids = idsOfContainer(options.ownIds);
  checkMapped(mounts, ids);
  const copied = storageOf(engine.root) === 'copy';
  const spec = containerSpec({
    ...options,
    directory,
    network,
    limits,
    image: image.config,
    layers: image.layers,
    copied,
    mounts: mounts.map((mount) => specMount(engine, mount, { mapped: ids.mapped })),
    volatile,
    ...ids,
  });
  const record = recordOf(image, spec, mounts, options);
  const temporary = temporaryName(directory);
  try {
    using _claim = await prepareMounts(engine, mounts, { id, image, signal: options.signal });
    explained(directory, () => {
      for (const part of ['upper', 'work', 'bundle/rootfs']) {
        mkdirSync(join(temporary, part), { recursive: true, mode: 0o700 });
      }
      writeNetworkFiles(temporary, network, spec.hostname ?? '');
      writeFileSync(join(temporary, 'bundle/config.json'), JSON.stringify(spec), { mode: 0o600 });
    });
    await fillUpper(image, join(temporary, 'upper'), { copied, volatile });
    if (!volatile) await syncContainer(engine, { ...options, directory: temporary });
    await writeContainerRecord(temporary, record);
    if (volatile) explained(directory, () => renameSync(temporary, directory));
    else await commitDirectory(temporary, directory);
  } catch (error) {
    await removeFiles(temporary).catch(() => {});
    const own = mounts.filter(({ option }) => option !== 'volumes-from');
    await removeVolumesOf(engine, own).catch(() => {});
    throw error;
  }
  return { record, spec };
}

/**
 * Makes a container of an image, to be started later: all there or nothing. Returns its id.
 * Throws NAME_IN_USE, NAME_INVALID, LIMIT_INVALID, SIGNAL_INVALID, MOUNT_INVALID, MOUNT_SOURCE_NOT_FOUND, VOLUME_INVALID,
 * CONTAINER_NOT_FOUND (of `volumesFrom`), OciError, DurableError, RootfsError.
 */
export async function createContainer(
  engine: Engine,
  image: RunnableImage,
  options: CreateOptions = {},
): Promise<string> {
  const id = newContainerId();
  const claimed = await claimIdentity(engine, options, id);
  try {
    await createContainerWithId(engine, image, { ...options, ...claimed });
  } catch (error) {
    await releaseIdentity(engine, claimed);
    throw error;
  }
  return id;
}
