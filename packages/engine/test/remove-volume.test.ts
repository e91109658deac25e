import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createContainer, createVolume, findContainer, findVolume, listVolumes, pruneVolumes, removeContainer, removeVolume, sweep } from '../src/index.ts'; // prettier-ignore
import type { Engine } from '../src/index.ts';
import { claimVolumes } from '../src/volume-claims.ts';
import { codeOf, forge, idOf, recordOf, testEngine } from './fixture.ts';
import { canRun, inAnotherProcess, inWorld } from './world.ts';

const namesOf = (engine: Engine): string[] => listVolumes(engine).map(({ name }) => name);

test('a volume goes with all that is in it, and leaves nothing', async () => {
  await using engine = await testEngine();
  await createVolume(engine, { name: 'data' });
  mkdirSync(join(findVolume(engine, 'data').mountpoint, 'closed'), { mode: 0 });
  await removeVolume(engine, 'data');
  assert.is(await codeOf(() => removeVolume(engine, 'data')), 'VOLUME_NOT_FOUND');
  assert.is(await codeOf(() => findVolume(engine, 'data')), 'VOLUME_NOT_FOUND');
  assert.equal(readdirSync(join(engine.root, 'trash')), []);
  assert.equal(readdirSync(join(engine.root, 'volumes')), ['.lock']);
});

test('who is making a container keeps its volumes, there or not yet, until that is there', async () => {
  await using engine = await testEngine();
  await createVolume(engine, { name: 'data' });
  const claim = await claimVolumes(engine, idOf('b'), ['data']);
  assert.is(await codeOf(() => removeVolume(engine, 'data')), 'VOLUME_IN_USE');
  assert.equal(findVolume(engine, 'data').users, [idOf('b')]);
  claim.release();
  claim.release();
  await removeVolume(engine, 'data');
});

test('claims of the dead count no more, and are swept', async () => {
  await using engine = await testEngine();
  await createVolume(engine, { name: 'data' });
  const claims = join(engine.root, 'volumes/.claims');
  const claim = await claimVolumes(engine, idOf('b'), []);
  const [own = ''] = readdirSync(claims);
  const text = JSON.stringify({ container: idOf('c'), volumes: ['data'] });
  writeFileSync(join(claims, own.replace(/tmp-\d+/, 'tmp-4194305')), text);
  await sweep(engine);
  assert.equal(readdirSync(claims), [own]);
  claim.release();
  await removeVolume(engine, 'data');
});

test('a claim that is half written yet keeps nobody from looking at volumes', async () => {
  await using engine = await testEngine();
  await createVolume(engine, { name: 'data' });
  using _claim = await claimVolumes(engine, idOf('b'), ['data']);
  const claims = join(engine.root, 'volumes/.claims');
  const [own = ''] = readdirSync(claims);
  writeFileSync(
    join(
      claims,
      own.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    ),
    '{"conta',
  );
  assert.equal(findVolume(engine, 'data').users, [idOf('b')]);
  assert.equal(namesOf(engine), ['data']);
});

test('a container that is removed without its volumes leaves others theirs', async () => {
  await using engine = await testEngine();
  const mounts = ['own', 'lent', 'left'].map(
    (name) => ({ type: 'volume', name, target: `/${name}`, anonymous: true }) as const,
  );
  await createVolume(engine, { name: 'own', anonymous: true, removeWith: idOf('b') });
  await createVolume(engine, { name: 'lent', anonymous: true, removeWith: idOf('a') });
  await createVolume(engine, { name: 'left', anonymous: true, removeWith: idOf('c') });
  forge(engine, recordOf({ id: idOf('a'), name: 'one', mounts: mounts.slice(1, 2) }));
  forge(engine, recordOf({ id: idOf('b'), name: 'two', mounts }));
  await removeContainer(engine, idOf('b'));
  // As one that ends by itself, and is removed then.
  rmSync(join(engine.root, 'containers', idOf('a')), { recursive: true });
  await sweep(engine);
  assert.equal(namesOf(engine), ['left', 'own']);
});

test('prune leaves what somebody has by now', async () => {
  await using engine = await testEngine();
  for (const name of ['one', 'two', 'three']) await createVolume(engine, { name });
  writeFileSync(join(findVolume(engine, 'two').mountpoint, 'file'), '12345');
  const found = listVolumes(engine);
  await removeVolume(engine, 'three');
  forge(engine, recordOf({ mounts: [{ type: 'volume', name: 'one', target: '/v' }] }));
  assert.equal(await pruneVolumes(engine, found), { deleted: ['two'], reclaimed: 5 });
  assert.equal(namesOf(engine), ['one']);
});

test('a volume whose container is gone and took it along is seen no more, and swept', async () => {
  await using engine = await testEngine();
  const record = recordOf({ id: idOf('b'), mounts: [{ type: 'volume', name: 'shared', target: '/v' }] }); // prettier-ignore
  await createVolume(engine, { name: 'gone', anonymous: true, removeWith: idOf('a') });
  await createVolume(engine, { name: 'shared', anonymous: true, removeWith: idOf('a') });
  forge(engine, record);
  assert.equal(namesOf(engine), ['shared']);
  assert.is(await codeOf(() => findVolume(engine, 'gone')), 'VOLUME_NOT_FOUND');
  await sweep(engine);
  assert.not(existsSync(join(engine.root, 'volumes/gone')));
  assert.equal(namesOf(engine), ['shared']);
});

test('a damaged record hides no volume from its owner', async () => {
  await using engine = await testEngine();
  await createVolume(engine, { name: 'data' });
  writeFileSync(join(engine.root, 'volumes/data/volume.json'), '{"name":');
  for (const action of [
    () => listVolumes(engine),
    () => findVolume(engine, 'data'),
    () => createVolume(engine, { name: 'data' }),
    () => removeVolume(engine, 'data'),
  ]) {
    assert.is(await codeOf(action), 'VOLUME_DAMAGED');
  }
  // It keeps nothing else from being removed.
  forge(engine, recordOf({ mounts: [{ type: 'volume', name: 'data', target: '/v' }] }));
  await sweep(engine);
  await removeContainer(engine, idOf('a'), { volumes: true });
  assert.ok(existsSync(join(engine.root, 'volumes/data/_data')));
});

if (canRun()) {
  inWorld(
    'anonymous volumes go with a container that is removed at its end, and stay with one that is not',
    async (world) => {
      const mounts = [{ type: 'volume', target: '/v' }] as const;
      await world.complete('touch /v/x', { autoRemove: true, mounts });
      assert.equal(readdirSync(join(world.root, 'volumes')).toSorted(), ['.claims', '.lock']);
      const { id } = await world.complete('touch /v/x', { mounts });
      const [name = ''] = namesOf(world);
      assert.match(name, /^[0-9a-f]{64}$/);
      await removeContainer(world, id);
      assert.equal(namesOf(world), [name]);
    },
  );

  inWorld('an anonymous volume that is asked for by its name stays', async (world) => {
    const { id } = await world.complete('touch /v/x', { mounts: [{ type: 'volume', target: '/v' }] }); // prettier-ignore
    await removeContainer(world, id);
    const [name = ''] = namesOf(world);
    const mounts = [{ type: 'volume', name, target: '/w', option: 'volume' }] as const;
    await world.complete('test -e /w/x', { autoRemove: true, mounts });
    const second = await world.complete('test -e /w/x', { mounts });
    await removeContainer(world, second.id, { volumes: true });
    const bad = [...mounts, { type: 'bind', source: '/nosuch', target: '/x' }] as const;
    assert.is(await codeOf(() => world.start('true', { mounts: bad })), 'MOUNT_SOURCE_NOT_FOUND');
    assert.equal(namesOf(world), [name]);
    assert.ok(existsSync(join(findVolume(world, name).mountpoint, 'x')));
  });

  inWorld('a container that could not be made leaves no anonymous volume', async (world) => {
    const mounts = [
      { type: 'volume', target: '/v' },
      { type: 'bind', source: '/nosuch', target: '/x' },
    ] as const;
    assert.is(await codeOf(() => world.start('true', { mounts })), 'MOUNT_SOURCE_NOT_FOUND');
    assert.is(await codeOf(() => world.start('true', { mounts: [mounts[0], { type: 'volume', target: '/bin/sh' }] })), 'NOT_A_DIRECTORY'); // prettier-ignore
    assert.equal(namesOf(world), []);
  });

  inWorld('no container is without its volume, however many remove it meanwhile', async (world) => {
    const program = `
      process.send('ready');
      for (;;) {
        try {
          await ctr.removeVolume(engine, 'data');
          process.send('removed');
        } catch {
          await new Promise(setImmediate);
        }
      }`;
    const child = inAnotherProcess(world, program, {}, ['ignore', 'ignore', 'inherit', 'ipc']);
    await once(child, 'message');
    let removed = 0;
    child.on('message', () => (removed += 1));
    const mounts = [{ type: 'volume', name: 'data', target: '/v' }] as const;
    for (let round = 0; round < 40; round++) {
      const id = await createContainer(world, world.image, { command: ['true'], mounts });
      assert.ok(existsSync(join(world.root, 'volumes/data/_data')), `round ${round}`);
      assert.equal(findVolume(world, 'data').users, [findContainer(world, id).id]);
      await removeContainer(world, id);
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.ok(removed > 0);
  });
}

test.run();
