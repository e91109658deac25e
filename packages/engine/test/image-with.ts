import { join } from 'node:path';
import { openImageStore } from '@ctrkit/image-store';
import { busyboxConfig, busyboxEntries, makeImageLayout, tarOf } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import { prepareImage } from '../src/index.ts';
import type { RunnableImage } from '../src/index.ts';
import type { World } from './world.ts';

/** An image of busybox with other files beside, each list a layer of its own, and with those volumes. */
export async function imageWith(
  world: World,
  layers: readonly (readonly TarEntry[])[],
  volumes: readonly string[] = [],
): Promise<RunnableImage> {
  const layout = join(world.directory, `layout-${Math.random()}`);
  await makeImageLayout(layout, {
    layers: [tarOf(await busyboxEntries()), ...layers.map((entries) => tarOf([...entries]))],
    config: {
      ...busyboxConfig,
      Volumes: Object.fromEntries(volumes.map((path) => [path, {}])),
    },
  });
  const store = await openImageStore({ root: world.root });
  await store.import(layout, { name: 'mine' });
  return prepareImage(world, 'mine', { pull: 'never' });
}
