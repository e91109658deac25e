import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { temporaryName } from '@ctrkit/durable';
import { buildCache, collectBlobs, collectUnusedLayers, diskUsage, findPrunableImages, pruneBuildCache, pruneImages, removeImage } from '@ctrkit/engine'; // prettier-ignore
import { listCachedSteps, openImageStore } from '@ctrkit/image-store';
import { blobPath } from '@ctrkit/layout';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canBuild, inBuildWorld } from '../build-world.ts';
import type { BuildWorld } from '../build-world.ts';

const DOCKERFILE = `FROM busybox
RUN head -c 100000 /dev/urandom > /one
RUN echo two > /two
CMD ["x"]
`;

async function cachedBlobs(world: BuildWorld): Promise<string[]> {
  const { layout } = await openImageStore(world);
  return listCachedSteps(layout).flatMap(({ layer }) => layer === undefined ? [] : [blobPath(layout, layer.descriptor.digest)]); // prettier-ignore
}

if (canBuild()) {
  inBuildWorld(
    'steps survive the removal of their image, and every prune but the cache’s own',
    async (world) => {
      await world.build(DOCKERFILE, { names: ['made'] });
      await removeImage(world, 'made');
      await pruneImages(world, await findPrunableImages(world, { images: 'dangling' }));
      await (await openImageStore(world)).collectGarbage({ minimumAge: 0 });
      await collectBlobs(world);
      await collectUnusedLayers(world);
      const { made } = await world.build(DOCKERFILE, { names: ['made'] });
      assert.equal(made, []);
      assert.is(await world.read('made', 'two'), 'two\n');
    },
  );

  inBuildWorld('without all, what images have stays; with it, everything goes', async (world) => {
    await world.build(DOCKERFILE, { names: ['made'] });
    await world.build('FROM busybox\nRUN --mount=type=cache,target=/c head -c 50000 /dev/zero > /c/x; echo other > /other\n'); // prettier-ignore
    await removeImage(world, (await (await openImageStore(world)).list()).find(({ name }) => name === undefined)?.id ?? ''); // prettier-ignore
    const usage = await diskUsage(world);
    const before = usage.buildCache;
    assert.equal(before.filter(({ inUse }) => inUse).length, 2);
    assert.ok(before.some(({ type, size }) => type === 'exec.cachemount' && size >= 50_000));
    const some = await pruneBuildCache(world);
    assert.is(some.deleted.length, 1);
    assert.ok(some.reclaimed > 0);
    assert.equal((await world.build(DOCKERFILE)).made, []);
    const kept = await pruneBuildCache(world, { all: true, until: new Date(0) });
    assert.equal(kept.deleted, []);
    await pruneBuildCache(world, { all: true });
    assert.equal(await buildCache(world), []);
    assert.is(await world.read('made', 'two'), 'two\n');
    assert.is((await world.build(DOCKERFILE)).made.length, 3);
  });

  inBuildWorld(
    'what killed builds had for themselves goes, what living ones have stays',
    async (world) => {
      const cache = join(world.root, 'build-cache');
      const own = temporaryName(join(cache, 'scratch', 'directory'));
      const dead = join(cache, 'scratch', basename(own).replace(`-${process.pid}-`, '-4194303-'));
      for (const path of [own, dead, dead.replace('/scratch/', '/spool/')]) {
        mkdirSync(path, { recursive: true });
        writeFileSync(join(path, 'file'), 'x');
      }
      await pruneBuildCache(world);
      assert.equal(readdirSync(join(cache, 'scratch')), [basename(own)]);
      assert.equal(readdirSync(join(cache, 'spool')), []);
    },
  );

  inBuildWorld('keepStorage keeps the most recently used', async (world) => {
    await world.build(DOCKERFILE);
    const images = await (await openImageStore(world)).list();
    const image = images.find(({ name }) => name === undefined);
    await removeImage(world, image?.id ?? '');
    await pruneBuildCache(world, { keepStorage: 50_000 });
    const kept = (await buildCache(world)).map(({ description }) => description.slice(0, 30));
    // Both may be of the same tick of the clock.
    assert.equal(kept.toSorted(), ['CMD ["x"]', 'RUN /bin/sh -c echo two > /two']);
  });

  inBuildWorld('a layer that is gone or damaged is made again', async (world) => {
    await world.build(DOCKERFILE);
    for (const damage of [
      (path: string) => rmSync(path),
      (path: string) => writeFileSync(path, Buffer.alloc(300)),
    ]) {
      // prettier-ignore
      const paths = await cachedBlobs(world);
      for (const path of paths) damage(path);
      const layers = join(world.root, 'layers/sha256');
      const { layout } = await openImageStore(world);
      for (const { layer } of listCachedSteps(layout)) {
        if (layer !== undefined) rmSync(join(layers, layer.diffId.slice(7)), { recursive: true, force: true }); // prettier-ignore
      }
      const { made, imageId } = await world.build(DOCKERFILE, { names: ['made'] });
      assert.ok(made.length >= 2, `made ${made.join(', ')}`);
      assert.is((await world.image('made')).id, imageId);
      assert.is(await world.read('made', 'two'), 'two\n');
    }
    assert.ok(readdirSync(join(world.root, 'build-cache/steps')).length > 0);
  });
}

test.run();
