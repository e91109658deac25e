import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '@ctrkit/durable';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createContainer, findContainer, listContainers, removeContainer, startContainer } from '../src/index.ts'; // prettier-ignore
import { codeOf } from './fixture.ts';
import { canRun, inWorld, killRecorded, runOfContainer, untilItWrote } from './world.ts';
import type { World } from './world.ts';

const deaf = 'trap "" TERM INT; echo up; while :; do sleep 0.05; done';

function assertNoContainer(world: World): void {
  for (const place of [
    'root/containers',
    'root/names',
    'root/trash',
    'run/containers',
    'run/trash',
    'run/ended',
  ]) {
    // prettier-ignore
    assert.equal(readdirSync(join(world.directory, place)), [], place);
  }
}

if (canRun()) {
  inWorld('force: one that runs is ended and removed', async (world) => {
    const id = await world.detached(deaf, { name: 'busy' });
    await untilItWrote(world, id, 'up');
    const { process: first, supervisor } = runOfContainer(world, id);
    assert.is(await codeOf(() => removeContainer(world, 'busy')), 'CONTAINER_RUNNING');
    assert.is(findContainer(world, 'busy').state.status, 'running');
    await removeContainer(world, 'busy', { force: true });
    assert.not(first && isAlive(first));
    assert.equal(listContainers(world), []);
    assert.is(await codeOf(() => removeContainer(world, 'busy', { force: true })), 'CONTAINER_NOT_FOUND'); // prettier-ignore
    assert.ok(supervisor);
    assert.equal(readdirSync(join(world.root, 'containers')), []);
    // Its name is free at once.
    await world.complete('true', { name: 'busy' });
  });

  inWorld('force: one that does not run, and one that was never started', async (world) => {
    const { id } = await world.complete('true');
    const made = await createContainer(world, world.image, { command: ['true'] });
    await removeContainer(world, id, { force: true });
    await removeContainer(world, made, { force: true });
    assertNoContainer(world);
  });

  inWorld('force: one that is removed at its end anyway', async (world) => {
    const id = await world.detached(deaf, { autoRemove: true });
    await removeContainer(world, id, { force: true });
    assert.equal(listContainers(world), []);
  });

  inWorld('force: one of ours that we wait for', async (world) => {
    const container = await world.start(deaf, { output: 'none' });
    await removeContainer(world, container.id, { force: true });
    assert.equal(await container.wait(), { code: 137, signal: 9, oomKilled: false, warnings: [] });
    assertNoContainer(world);
  });

  inWorld('force: one whose supervisor was killed', async (world) => {
    const id = await world.detached(deaf);
    await killRecorded(world, id, 'supervisor');
    await removeContainer(world, id, { force: true });
    assertNoContainer(world);
  });

  inWorld('one whose supervisor was killed does not run, and is removed', async (world) => {
    const id = await world.detached(deaf);
    await killRecorded(world, id, 'supervisor');
    await removeContainer(world, id);
    assertNoContainer(world);
  });

  inWorld('by several at once: it is gone, and nobody hears of anything else', async (world) => {
    const id = await world.detached(deaf);
    const removals = Array.from({ length: 5 }, () => codeOf(() => removeContainer(world, id, { force: true }))); // prettier-ignore
    const codes = new Set(await Promise.all(removals));
    for (const code of ['none', 'CONTAINER_BUSY', 'CONTAINER_NOT_FOUND']) codes.delete(code);
    assert.equal([...codes], []);
    assert.equal(listContainers(world), []);
    assert.equal(readdirSync(join(world.run, 'containers')), []);
  });

  inWorld('removed and started at once: one of both', async (world) => {
    for (let times = 0; times < 5; times++) {
      const id = await createContainer(world, world.image, { command: ['sleep', '1000'] });
      const [removal, start] = await Promise.all([
        codeOf(() => removeContainer(world, id)),
        codeOf(async () => (await startContainer(world, id))?.release()),
      ]);
      const there = listContainers(world).length;
      assert.is(there, removal === 'none' ? 0 : 1, `${removal} ${start}`);
      if (there === 1) await removeContainer(world, id, { force: true });
    }
  });
}

test.run();
