import assert from 'node:assert/strict';
import { test } from 'uvu';
import { findPrunable, listContainers, pruneContainers, removeContainer } from '../src/index.ts';
import { canRun, inWorld } from './world.ts';

if (canRun()) {
  inWorld('exactly the list is removed; what is gone or came later is left', async (world) => {
    const first = await world.complete('echo four > /file');
    const gone = await world.complete('true');
    const running = await world.detached('sleep 1000');
    const { containers } = await findPrunable(world, { images: 'none' });
    assert.deepEqual(containers.map(({ id }) => id).toSorted(), [first.id, gone.id].toSorted());
    await removeContainer(world, gone.id);
    const later = await world.complete('true');
    const { deleted, reclaimed } = await pruneContainers(world, [
      ...containers,
      ...listContainers(world).filter(({ id }) => id === running),
    ]);
    assert.deepEqual(deleted, [first.id]);
    assert.ok(reclaimed >= 'four\n'.length);
    const kept = listContainers(world).map(({ id }) => id);
    assert.deepEqual(kept.toSorted(), [running, later.id].toSorted());
  });
}

test.run();
