import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pruneBuildCache, removeImage } from '@ctrkit/engine';
import { listCachedSteps, openImageStore } from '@ctrkit/image-store';
import { openLayout, removeBlob, tagManifest } from '@ctrkit/layout';
import { needs, startDebianRegistry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CACHE_NAME, writeCacheArtifact } from '../../src/cache/cache-artifact.ts';
import type { CachePlace } from '../../src/index.ts';
import { canBuild, inBuildWorld } from '../build-world.ts';
import type { BuildWorld } from '../build-world.ts';

const DOCKERFILE = `FROM busybox AS a
RUN cat /proc/sys/kernel/random/uuid > /stamp
FROM busybox
COPY --from=a /stamp /stamp
COPY file /file
LABEL a=b
`;

/** Builds, forgets everything, and builds again with what went to a place alone. */
async function thereAndBack(world: BuildWorld, place: CachePlace): Promise<void> {
  await world.write({ file: 'x' });
  const first = await world.build(DOCKERFILE, { names: ['made'], cacheTo: [place] });
  await removeImage(world, 'made');
  await pruneBuildCache(world, { all: true });
  await (await openImageStore(world)).collectGarbage({ minimumAge: 0 });
  const second = await world.build(DOCKERFILE, { names: ['made'], cacheFrom: [place] });
  assert.equal(second.made, []);
  assert.is(second.imageId, first.imageId);
  assert.match(await world.read('made', 'stamp'), /^[0-9a-f-]{36}\n$/);
  assert.equal((await world.build(DOCKERFILE)).made, [], 'it is this machine’s now');
}

if (canBuild()) {
  inBuildWorld('a cache goes through a directory', async (world) => {
    await thereAndBack(world, { type: 'local', directory: join(world.directory, 'cache') });
  });

  inBuildWorld(
    'a cache that is not there, or is none, is told, and the build goes on',
    async (world) => {
      await world.write({ file: 'x' });
      const directory = join(world.directory, 'none');
      await mkdir(directory);
      writeFileSync(join(directory, 'index.json'), '{}');
      const { events } = await world.build(DOCKERFILE, {
        cacheFrom: [{ type: 'local', directory }],
      });
      assert.is(events.filter(({ type }) => type === 'warning').length, 1);
    },
  );

  inBuildWorld('a layer that a cache has not any more is made', async (world) => {
    await world.write({ file: 'x' });
    const directory = join(world.directory, 'cache');
    const place = { type: 'local', directory } as const;
    await world.build(DOCKERFILE, { cacheTo: [place] });
    const steps = listCachedSteps((await openImageStore(world)).layout);
    const copied = steps.find(({ text }) => text.startsWith('COPY file'))?.layer?.descriptor;
    assert.ok(copied);
    await removeBlob(await openLayout(directory), copied.digest);
    await pruneBuildCache(world, { all: true });
    await (await openImageStore(world)).collectGarbage({ minimumAge: 0 });
    const { events, made } = await world.build(DOCKERFILE, { names: ['made'], cacheFrom: [place] });
    assert.ok(made.includes('COPY file /file'));
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    assert.match(warnings.join('\n'), 'a cache could not be imported');
    assert.is(await world.read('made', 'file'), 'x');
  });

  inBuildWorld('aliases of a cache that lead in circles lead nowhere', async (world) => {
    const dockerfile = 'FROM busybox\nCOPY --from=busybox /etc/group /x\n';
    const directory = join(world.directory, 'cache');
    const place = { type: 'local', directory } as const;
    await world.build(dockerfile, { cacheTo: [place] });
    const store = await openLayout(directory);
    const aliases = listCachedSteps((await openImageStore(world)).layout).filter(({ alias }) => alias !== undefined); // prettier-ignore
    assert.is(aliases.length, 1);
    const artifact = await writeCacheArtifact(store, aliases.map((step) => ({ ...step, alias: step.key }))); // prettier-ignore
    await tagManifest(store, CACHE_NAME, artifact);
    await pruneBuildCache(world, { all: true });
    const { made } = await world.build(dockerfile, { cacheFrom: [place] });
    assert.ok(made.includes('COPY --from=busybox /etc/group /x'));
  });

  if (needs('command:docker-registry')) {
    inBuildWorld('a cache goes through a registry', async (world) => {
      await using registry = await startDebianRegistry();
      const { host } = new URL(registry.origin);
      await thereAndBack(world, { type: 'registry', reference: `${host}/app/cache:main` });
    });
  }
}

test.run();
