import { truncateSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pruneBuildCache, removeImage } from '@ctrkit/engine';
import { listCachedSteps, openImageStore } from '@ctrkit/image-store';
import { findEntry, openLayout, readSmallBlob, removeBlob, tagManifest } from '@ctrkit/layout';
import { digestHex, hostPlatform, parseManifest, parseReference } from '@ctrkit/oci';
import { push, userRegistryClient } from '@ctrkit/registry-client';
import { needs, startDebianRegistry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CACHE_NAME, writeCacheArtifact } from '../../src/cache/cache-artifact.ts';
import type { CachePlace, CacheTarget } from '../../src/index.ts';
import { canBuild, inBuildWorld } from '../build-world.ts';
import type { Built, BuildWorld, Given } from '../build-world.ts';

const DOCKERFILE = `FROM busybox AS a
RUN cat /proc/sys/kernel/random/uuid > /stamp
FROM busybox
COPY --from=a /stamp /stamp
COPY file /file
LABEL a=b
`;

/** What another machine has: nothing of this one. */
async function forget(world: BuildWorld): Promise<void> {
  await removeImage(world, 'made');
  await pruneBuildCache(world, { all: true });
  await (await openImageStore(world)).collectGarbage({ minimumAge: 0 });
}

/** Builds, forgets everything, and builds again with what went to a place alone. */
async function thereAndBack(world: BuildWorld, place: CachePlace): Promise<void> {
  await world.write({ file: 'x' });
  const first = await world.build(DOCKERFILE, { names: ['made'], cacheTo: [place] });
  await forget(world);
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
    const artifact = await writeCacheArtifact(store, { steps: aliases.map((step) => ({ ...step, alias: step.key })), mounts: [] }); // prettier-ignore
    await tagManifest(store, CACHE_NAME, artifact);
    await pruneBuildCache(world, { all: true });
    const { made } = await world.build(dockerfile, { cacheFrom: [place] });
    assert.ok(made.includes('COPY --from=busybox /etc/group /x'));
  });
}

const STAMPED =
  'FROM busybox\nRUN cat /proc/sys/kernel/random/uuid > /stamp\nRUN true\nWORKDIR /x\nCMD cat /stamp\n';
const COUNTS = 'echo run >> /c/runs; chown 7:8 /c/runs; chmod 640 /c/runs; ln -sf runs /c/link';
const counting = (id: string, more = ''): string =>
  `FROM busybox\nRUN --mount=type=cache,id=${id},target=/c${more} ${COUNTS}; ls -ln /c; cat /c/runs\n`;
const runsOf = (output: string): number => output.match(/^run$/gm)?.length ?? 0;

if (canBuild()) {
  inBuildWorld(
    'what cache mounts hold goes with a cache where that is asked for',
    async (world) => {
      const from = { type: 'local', directory: join(world.directory, 'with') } as const;
      const without = { type: 'local', directory: join(world.directory, 'without') } as const;
      const cacheTo: CacheTarget[] = [{ ...from, mounts: true }, without];
      await world.build(counting('one'), { names: ['made'], cacheTo });
      // Nothing is made, and what an earlier build has left there goes all the same.
      await world.build(counting('one'), { names: ['made'], cacheTo });
      await forget(world);
      const noCache = true;
      const second = await world.build(counting('one'), {
        names: ['made'],
        cacheFrom: [from],
        noCache,
      });
      assert.is(runsOf(second.output), 2);
      assert.match(second.output, /^lrwxrwxrwx .* link -> runs$/m);
      assert.match(second.output, /^-rw-r----- +1 7 +8 .* runs$/m);
      const third = await world.build(counting('one'), {
        names: ['made'],
        cacheFrom: [from],
        noCache,
      });
      assert.is(runsOf(third.output), 3, 'what is there stays');
      const other = await world.build(counting('two'), { cacheFrom: [from], noCache });
      assert.is(runsOf(other.output), 1);
      await forget(world);
      const fourth = await world.build(counting('one'), {
        names: ['made'],
        cacheFrom: [without],
        noCache,
      });
      assert.is(runsOf(fourth.output), 1);
    },
  );

  inBuildWorld(
    'contents of a cache mount that are damaged are told, and the mount begins as it does anywhere',
    async (world) => {
      const directory = join(world.directory, 'cache');
      const seeded = counting('one', ',from=seed');
      const dockerfile = `FROM busybox AS seed\nRUN rm -r /bin/*; echo seed > /seed\n${seeded}`;
      await world.build(dockerfile, {
        names: ['made'],
        cacheTo: [{ type: 'local', directory, mounts: true }],
      });
      const layout = await openLayout(directory);
      const entry = await findEntry(layout, { name: CACHE_NAME }, hostPlatform());
      const last = parseManifest(await readSmallBlob(layout, entry)).layers.at(-1);
      assert.ok(last);
      // Cut off in the middle, so that a part of it was there.
      truncateSync(join(directory, 'blobs/sha256', digestHex(last.digest)), last.size - 20);
      await forget(world);
      const { events, output } = await world.build(dockerfile, {
        cacheFrom: [{ type: 'local', directory }],
        noCache: true,
      });
      const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
      assert.match(warnings.join('\n'), 'a cache could not be imported');
      assert.is(runsOf(output), 1);
      assert.match(output, / seed$/m);
    },
  );

  if (needs('command:docker-registry')) {
    inBuildWorld('a cache goes through a registry', async (world) => {
      await using registry = await startDebianRegistry();
      const { host } = new URL(registry.origin);
      await thereAndBack(world, { type: 'registry', reference: `${host}/app/cache:main` });
    });

    inBuildWorld('an image says which steps its layers are from', async (world) => {
      await using registry = await startDebianRegistry();
      const name = `${new URL(registry.origin).host}/app:main`;
      const build = async (options: Given = {}): Promise<Built> =>
        await world.build(STAMPED, { names: ['made'], ...options });
      const plain = await build();
      const first = await build({ cacheTo: [{ type: 'inline' }] });
      assert.is(first.imageId, plain.imageId);
      const { layout } = await openImageStore(world);
      const { manifestDescriptor } = await world.image('made');
      const client = await userRegistryClient();
      await push(layout, manifestDescriptor, parseReference(name), { client });
      client.close();
      await forget(world);
      const second = await build({ cacheFrom: [{ type: 'registry', reference: name }] });
      assert.equal(second.made, []);
      assert.is(second.imageId, first.imageId);
    });
  }
}

test.run();
