import { mkdir, readdir, rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errnoOf, explainSystemError, sweepTemporaries, temporaryName } from '@ctrkit/durable';
import type { Layout } from '@ctrkit/layout';
import type { Operation } from '@ctrkit/syscalls';
import { layersOf } from './image-layers.ts';
import type { LayeredImage } from './image-layers.ts';
import type { OnEvent } from './events.ts';
import { flattenLayers } from './flatten-layers.ts';
import type { FlattenOptions } from './flatten-layers.ts';
import { layersIn } from './layer-bytes.ts';
import { showOperations } from './layer/operation-sink.ts';
import { PlanStream } from './layer/plan-stream.ts';
import { choosePrivilege } from './privilege.ts';
import { removeTree } from './remove-tree.ts';
import { RootfsError } from './rootfs-error.ts';
import type { TarLimits } from './tar/tar-reader.ts';

export interface UnpackImageOptions {
  readonly limits?: TarLimits;
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
}

/**
 * Unpacks an image into one plain directory: its layers one over the other, what they remove removed. `target` is
 * made, or must be empty; it appears when all of it is there.
 * Throws TARGET_NOT_EMPTY, TARGET_INVALID, LAYERS_MISMATCH and what `unpackInto` throws.
 */
export async function unpackImage(
  layout: Layout,
  image: LayeredImage,
  target: string,
  options: UnpackImageOptions = {},
): Promise<void> {
  const final = resolve(target);
  const temporary = await beginTarget(final);
  try {
    const before = [...choosePrivilege().before, { op: 'root' as const, path: temporary }];
    await flattenLayers(layersOf(image), new PlanStream(before), sourced(layout, options));
    await nameTarget(temporary, final);
  } catch (error) {
    await removeTree(temporary);
    throw error;
  }
}

/** Shows the operations by which an image would be unpacked, and carries none out. Throws as `unpackImage`. */
export async function explainImage(
  layout: Layout,
  image: LayeredImage,
  target: string,
  show: (operation: Operation) => void,
  options: UnpackImageOptions = {},
): Promise<void> {
  const sink = showOperations(show);
  for (const operation of choosePrivilege().before) show(operation);
  show({ op: 'root', path: resolve(target) });
  await flattenLayers(layersOf(image), sink, sourced(layout, options));
}

const sourced = (layout: Layout, options: UnpackImageOptions): FlattenOptions => ({
  ...options,
  use: layersIn(layout),
});

async function beginTarget(final: string): Promise<string> {
  await checkTarget(final);
  try {
    await sweepTemporaries(dirname(final), removeTree);
    const temporary = temporaryName(final);
    await mkdir(temporary, { mode: 0o755 });
    return temporary;
  } catch (error) {
    throw explainSystemError(error, final);
  }
}

async function checkTarget(final: string): Promise<void> {
  const names = await readdir(final).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw new RootfsError('TARGET_INVALID', `${final}: cannot be used as the target`, {
      cause: error,
      path: final,
      hint: 'name a new or an empty directory',
    });
  });
  if (names.length === 0) return;
  throw new RootfsError('TARGET_NOT_EMPTY', `${final}: is not empty`, {
    path: final,
    hint: 'name a new or an empty directory',
  });
}

async function nameTarget(temporary: string, final: string): Promise<void> {
  try {
    await rename(temporary, final);
  } catch (cause) {
    const code = errnoOf(cause);
    if (code === 'EEXIST' || code === 'ENOTEMPTY') await checkTarget(final);
    if (code !== 'EBUSY') throw explainSystemError(cause, final);
    throw new RootfsError('TARGET_INVALID', `${final}: is a mount point`, {
      cause,
      path: final,
      hint: 'name a directory in it',
    });
  }
}
