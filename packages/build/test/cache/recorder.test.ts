import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openImageStore } from '@ctrkit/image-store';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MissReason } from '../../src/index.ts';
import { canBuild, inBuildWorld } from '../build-world.ts';
import type { BuildWorld, Given } from '../build-world.ts';

/** The reasons of a build, by the texts of the steps that were made anew. */
async function reasons(
  world: BuildWorld,
  dockerfile: string,
  options: Given = {},
): Promise<Map<string, MissReason>> {
  // prettier-ignore
  const { events } = await world.build(dockerfile, options);
  const missed = events.filter((event) => event.type === 'missed');
  return new Map(missed.map(({ step, reason }) => [step.text, reason]));
}

const DOCKERFILE = `FROM busybox
ARG WHO=world
ENV PLACE=here
COPY dir /dir
RUN echo $WHO
`;

if (canBuild()) {
  inBuildWorld(
    'for each step that was not in the cache, the first thing that is not as it was',
    async (world) => {
      await world.write({ 'dir/a': 'a', 'dir/b': 'b' });
      const first = await reasons(world, DOCKERFILE);
      assert.equal([...first.values()].map(({ type }) => type), Array.from({ length: 4 }, () => 'first-time')); // prettier-ignore

      await world.write({ 'dir/b': 'changed' });
      const changed = await reasons(world, DOCKERFILE);
      const copy = changed.get('COPY dir /dir');
      assert.is(copy?.type === 'file' && `${copy.path} ${copy.aspect}`, 'dir/b contents');
      assert.is(copy?.type === 'file' && copy.before === copy.now, false);
      assert.equal(changed.get('RUN echo $WHO'), { type: 'step-above', number: 4 });

      await chmod(join(world.context, 'dir/a'), 0o600);
      const mode = (await reasons(world, DOCKERFILE)).get('COPY dir /dir');
      assert.is(mode?.type === 'file' && `${mode.path} ${mode.aspect}`, 'dir/a metadata');

      await world.write({ 'dir/c': 'c' });
      const added = (await reasons(world, DOCKERFILE)).get('COPY dir /dir');
      assert.is(added?.type === 'file' && `${added.path} ${added.aspect}`, 'dir/c added');
      await rm(join(world.context, 'dir/c'));
      await rm(join(world.root, 'build-cache/steps'), { recursive: true });
      const removed = (await reasons(world, DOCKERFILE)).get('COPY dir /dir');
      assert.is(removed?.type === 'file' && `${removed.path} ${removed.aspect}`, 'dir/c removed');
    },
  );

  inBuildWorld(
    'an argument, a variable, a setting, an instruction, a base, a layer that is gone',
    async (world) => {
      await world.write({ 'dir/a': 'a' });
      await world.build(DOCKERFILE);
      const bob = await reasons(world, DOCKERFILE, { buildArgs: new Map([['WHO', 'bob']]) });
      assert.equal(bob, new Map([['RUN echo $WHO', { type: 'argument', name: 'WHO', before: 'world', now: 'bob' }]])); // prettier-ignore
      await world.build(DOCKERFILE);
      const there = await reasons(world, DOCKERFILE.replace('here', 'there'));
      assert.equal(there.get('ENV PLACE=there'), { type: 'instruction', before: 'ENV PLACE=here', now: 'ENV PLACE=there' }); // prettier-ignore
      assert.equal(there.get('RUN echo $WHO'), { type: 'variable', name: 'PLACE', before: 'here', now: 'there' }); // prettier-ignore
      await world.build(DOCKERFILE);
      const network = await reasons(world, DOCKERFILE, { network: 'none' });
      assert.equal(network.get('RUN echo $WHO'), { type: 'setting', name: 'network', before: 'host', now: 'none' }); // prettier-ignore
      await world.build('FROM busybox\nRUN echo > /new\n', { names: ['busybox2'] });
      await (await openImageStore(world)).tag('busybox2', 'busybox');
      const base = await reasons(world, DOCKERFILE);
      assert.is(base.get('COPY dir /dir')?.type, 'base');
      const forced = await reasons(world, DOCKERFILE, { noCache: true });
      assert.is(forced.get('COPY dir /dir')?.type, 'no-cache');
      const { layout } = await openImageStore(world);
      await rm(join(layout.directory, 'build-cache/steps'), { recursive: true });
      const gone = await reasons(world, DOCKERFILE);
      assert.is(gone.get('COPY dir /dir')?.type, 'gone');
    },
  );

  inBuildWorld('where nothing can be remembered the image is built all the same', async (world) => {
    await mkdir(join(world.root, 'build-cache'), { recursive: true });
    await writeFile(join(world.root, 'build-cache/records'), 'no directory');
    const found = await reasons(world, 'FROM busybox\nRUN echo 1\n', { names: ['made'] });
    assert.equal(found.get('RUN echo 1'), { type: 'first-time' });
    assert.ok(await world.image('made'));
    const { cached } = await world.build('FROM busybox\nRUN echo 1\n');
    assert.ok(cached.includes('RUN echo 1'));
  });
}

test.run();
