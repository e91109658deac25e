import { newEntry } from '@ctrkit/rootfs';
import type { CachedLayer } from '@ctrkit/image-store';
import { OciError } from '@ctrkit/oci';
import { posix } from 'node:path';
import { setting } from '../cache/inputs.ts';
import { keyOf } from '../cache/key.ts';
import { findDestination } from '../layer/destination.ts';
import { layerRecords } from '../layer/layer-records.ts';
import { resolveOwner, rootOwner } from '../layer/owner.ts';
import type { Owner } from '../layer/owner.ts';
import { lookUpIn } from '../layer/root-entries.ts';
import { writeRecords } from '../layer/write-records.ts';
import type { Place } from '../stage/place.ts';
import { runnableState } from '../stage/runnable-state.ts';
import type { LayerStep } from './layer-step.ts';

const MODE = 0o755;

// The user's, as with BuildKit. Whoever is not in the image has nothing to lose.
async function ownerOf({ state }: Place, layers: readonly string[]): Promise<Owner> {
  const { User } = state.config;
  if (User === undefined || User === '') return rootOwner;
  try {
    return await resolveOwner(User, () => Promise.resolve(layers));
  } catch (error) {
    if (error instanceof OciError && error.code !== 'USER_INVALID') return rootOwner;
    throw error;
  }
}

async function makeDirectory(place: Place, path: string): Promise<CachedLayer | undefined> {
  const { signal } = place;
  using image = await runnableState(place);
  const lookUp = lookUpIn(image.layers, signal);
  const found = await findDestination({ path, isDirectory: false }, lookUp);
  if (found.isDirectory) return undefined;
  const owner = await ownerOf(place, image.layers);
  // Of no time, so that it is the same layer whenever it is made.
  const entry = newEntry({
    path: found.path,
    type: 'directory',
    mode: MODE,
    ...owner,
    modified: 0n,
  });
  const placed = { path: found.path, entry, yields: true };
  return await writeRecords(place, layerRecords([placed], lookUp, owner));
}

/** Where a relative WORKDIR leads. */
export const workingDirectory = (before: string | undefined, path: string): string =>
  posix.resolve('/', before ?? '/', path);

/** WORKDIR: makes the directory where there is none. */
export function planWorkdir(place: Place, path: string): LayerStep {
  const { state, world } = place;
  const { User } = state.config;
  const epoch = world.epoch?.toString();
  const key = keyOf({ type: 'workdir', parent: state.filesKey, path, user: User, epoch });
  return {
    text: `WORKDIR ${path}`,
    identify: () => Promise.resolve({ key, inputs: () => setting('USER', User) }),
    make: () => makeDirectory(place, path),
  };
}
