import { join } from 'node:path';
import { digestHex, digestOf } from '@ctrkit/oci';
import { cacheDirectory } from '../world.ts';
import type { World } from '../world.ts';

/** Where the cache mounts of all builds are. */
export const cacheMounts = (world: Pick<World, 'engine'>): string =>
  join(cacheDirectory(world), 'mounts');

/** The directory of a cache mount; its locks are beside it. */
export const cacheMountPath = (world: Pick<World, 'engine'>, id: string): string =>
  join(cacheMounts(world), digestHex(digestOf(id)));
