import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createContainer, killContainer, waitContainer } from '../src/index.ts';
import { codeOf, forge, idOf, recordOf, reusedPid, runOf, testEngine } from './fixture.ts';
import { canRun, inWorld, killRecorded, untilItWrote } from './world.ts';

test('one that was never started: 0, at once', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf());
  assert.is(await waitContainer(engine, idOf('a')), 0);
});

test('one that could not be started: the code of that', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf(), { exit: { exitCode: 127, oomKilled: false, error: 'not found' } });
  assert.is(await waitContainer(engine, idOf('a')), 127);
});

test('one whose end nobody saw: 255', async () => {
  await using engine = await testEngine();
  forge(engine, recordOf(), { run: runOf(reusedPid) });
  assert.is(await waitContainer(engine, idOf('a')), 255);
});

test('one that is not there', async () => {
  await using engine = await testEngine();
  assert.is(await codeOf(() => waitContainer(engine, 'nosuch')), 'CONTAINER_NOT_FOUND');
});

if (canRun()) {
  inWorld('one that has ended: its code, at once and again', async (world) => {
    const { id } = await world.complete('exit 3', { name: 'done' });
    const answers = [id, id.slice(0, 12), 'done'].map((one) => waitContainer(world, one));
    assert.equal(await Promise.all(answers), [3, 3, 3]);
  });

  inWorld('one that runs: several wait, and all get its code', async (world) => {
    const id = await world.detached('read line; exit 5', { stdin: 'open' });
    const answers = Array.from({ length: 10 }, () => waitContainer(world, id));
    const again = waitContainer(world, id);
    await killContainer(world, id, 'KILL');
    assert.equal(
      await Promise.all([...answers, again]),
      Array.from({ length: 11 }, () => 137),
    );
  });

  inWorld('one that ends by itself while it is waited for', async (world) => {
    for (const pause of ['0', '0.01', '0.1']) {
      const id = await world.detached(`sleep ${pause}; exit 4`);
      assert.is(await waitContainer(world, id), 4);
    }
  });

  inWorld('one that is removed at its end: its code all the same', async (world) => {
    const id = await world.detached('echo up; read line; exit 6', {
      autoRemove: true,
      stdin: 'open',
    });
    await untilItWrote(world, id, 'up');
    const answer = waitContainer(world, id);
    await killContainer(world, id);
    assert.is(await answer, 137);
    assert.is(await codeOf(() => waitContainer(world, id)), 'CONTAINER_NOT_FOUND');
  });

  inWorld('one whose supervisor is killed meanwhile: 255', async (world) => {
    const id = await world.detached('sleep 1000');
    const answers = [waitContainer(world, id), waitContainer(world, id)];
    await killRecorded(world, id, 'supervisor');
    assert.equal(await Promise.all(answers), [255, 255]);
  });

  inWorld('who gives up waiting leaves it running', async (world) => {
    const id = await world.detached('sleep 1000');
    const stop = Object.assign(new Error('stop'), { code: 'STOP' });
    const controller = new AbortController();
    const answer = codeOf(() => waitContainer(world, id, { signal: controller.signal }));
    const other = waitContainer(world, id);
    setTimeout(() => controller.abort(stop), 50);
    assert.is(await answer, 'STOP');
    const late = (): Promise<unknown> => waitContainer(world, id, { signal: controller.signal });
    assert.is(await codeOf(late), 'STOP');
    await killContainer(world, id);
    assert.is(await other, 137);
  });

  inWorld('one that is made and not started', async (world) => {
    const id = await createContainer(world, world.image, { command: ['true'] });
    assert.is(await waitContainer(world, id), 0);
  });
}

test.run();
