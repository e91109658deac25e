import { openImageStore } from '@ctrkit/image-store';
import { adoptLayer } from '@ctrkit/rootfs';
import type { WrittenLayer } from '@ctrkit/rootfs';
import { readSpec } from './bundle.ts';
import { mountPointsOf } from './container-files.ts';
import { EngineError } from './engine-error.ts';
import type { Engine } from './engine.ts';
import { findContainer } from './find.ts';
import { rootDirectories } from './root-directories.ts';

export interface AdoptContainerOptions {
  /** The time of every entry, in nanoseconds since 1970. @default when each was changed */
  readonly modified?: bigint | undefined;
  /** Takes the layer that is not on the disk yet, for `syncLayers` of rootfs. @default it is synced by a process of its own */
  readonly onUnsynced?: ((path: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes what a container that has ended changed of its image, and makes a layer of it: a blob of the store, which a lease of the
 * caller's keeps, and the unpacked layer, by a rename. Undefined where it changed nothing. The container has no files of its own any
 * more, and is there to be removed. Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS, CONTAINER_DAMAGED, CONTAINER_RUNNING and what
 * `adoptLayer` of rootfs throws.
 */
export async function adoptContainer(
  engine: Engine,
  nameOrId: string,
  options: AdoptContainerOptions = {},
): Promise<WrittenLayer | undefined> {
  const { id, state } = findContainer(engine, nameOrId);
  if (state.status === 'running') {
    throw new EngineError('CONTAINER_RUNNING', `container ${id} runs: its files are not at rest`);
  }
  const spec = readSpec(engine, id);
  const { layout } = await openImageStore(engine);
  const mountPoints = mountPointsOf(spec);
  return await adoptLayer({
    ...rootDirectories(spec),
    root: engine.root,
    layout,
    mountPoints,
    ...options,
  });
}
