import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { commitDirectory, temporaryName } from '@ctrkit/durable';
import type { RuntimeSpec } from '@ctrkit/oci';
import type { ContainerRecord } from './container-record.ts';
import { writeContainerRecord } from './container-record.ts';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { explained } from './explained.ts';
import type { RunnableImage } from './image.ts';
import { claimName, releaseName } from './names.ts';
import { writeNetworkFiles } from './network-files.ts';
import { randomName } from './random-name.ts';
import { containerSpec } from './spec.ts';
import type { NetworkMode, ProcessChoices } from './spec.ts';
import type { Limits } from './limits.ts';

export interface CreateOptions extends ProcessChoices {
  /** Default: a random one, adjective_surname. */
  readonly name?: string | undefined;
  readonly hostname?: string | undefined;
  /** Default `none`. */
  readonly network?: NetworkMode | undefined;
  readonly limits?: Limits | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Remove the container when it ends. Default false. */
  readonly autoRemove?: boolean | undefined;
}

/** A container that was made and not started. */
export interface CreatedContainer {
  readonly record: ContainerRecord;
  readonly spec: RuntimeSpec;
  /** `user[:group]` still to be looked up in the container's root. */
  readonly user: string;
}

/** An id as docker makes them: 64 hex digits. */
export function newContainerId(): string {
  return randomBytes(32).toString('hex');
}

/** Who runs the engine, on the host. */
export function hostIds(): { uid: number; gid: number } {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}

async function claimSomeName(
  engine: Engine,
  wanted: string | undefined,
  id: string,
): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const name = wanted ?? randomName(attempt);
    try {
      await claimName(engine, name, id);
      return name;
    } catch (error) {
      const taken = error instanceof EngineError && error.code === 'NAME_IN_USE';
      if (!taken || wanted !== undefined || attempt > 8) throw error;
    }
  }
}

// An overlay's root shows what its upper directory is, so that is made to be what the image says of `/`.
function copyOwnership(layer: string | undefined, upper: string): void {
  if (layer === undefined) return;
  const { mode, uid, gid } = statSync(layer);
  if (hostIds().uid === 0) chownSync(upper, uid, gid);
  chmodSync(upper, mode & 0o7777);
}

/**
 * Makes a container of an image: record, runtime bundle and an empty upper directory, all there or nothing.
 * Throws NAME_IN_USE, NAME_INVALID, LIMIT_INVALID, OciError, DurableError.
 */
export async function createContainer(
  engine: Engine,
  image: RunnableImage,
  { id, ...options }: CreateOptions & { readonly id: string },
): Promise<CreatedContainer> {
  const directory = containerDirectory(engine, id);
  const { network = 'none', limits = {}, autoRemove = false } = options;
  const spec = containerSpec({
    ...options,
    id,
    directory,
    network,
    limits,
    image: image.config,
    layers: image.layers,
    volatile: autoRemove,
    host: hostIds(),
  });
  const name = await claimSomeName(engine, options.name, id);
  const record: ContainerRecord = {
    id,
    name,
    image: image.name,
    imageId: image.id,
    autoRemove,
    created: new Date().toISOString(),
    command: spec.process?.args ?? [],
    labels: { ...image.config.config.Labels, ...options.labels },
  };
  const temporary = temporaryName(directory);
  try {
    explained(directory, () => {
      for (const part of ['upper', 'work', 'bundle/rootfs']) {
        mkdirSync(join(temporary, part), { recursive: true, mode: 0o700 });
      }
      copyOwnership(image.layers.at(-1), join(temporary, 'upper'));
      writeNetworkFiles(temporary, network, spec.hostname ?? '');
      writeFileSync(join(temporary, 'bundle/config.json'), JSON.stringify(spec), { mode: 0o600 });
    });
    await writeContainerRecord(temporary, record);
    if (autoRemove) explained(directory, () => renameSync(temporary, directory));
    else await commitDirectory(temporary, directory);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    await releaseName(engine, name, id);
    throw error;
  }
  return { record, spec, user: options.user ?? image.config.config.User ?? '' };
}
