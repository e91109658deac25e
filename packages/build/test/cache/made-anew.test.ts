import { listCachedSteps, openImageStore, removeCachedSteps } from '@ctrkit/image-store';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canBuild, inBuildWorld } from '../build-world.ts';
import type { BuildWorld } from '../build-world.ts';

const UUID = 'cat /proc/sys/kernel/random/uuid';

/** As a prune does that keeps what was used last: the first step of a Dockerfile goes first. */
async function forget(world: BuildWorld, instruction: string): Promise<void> {
  const { layout } = await openImageStore(world);
  const steps = listCachedSteps(layout).filter(({ text }) => text.includes(instruction));
  assert.is(steps.length, 1);
  await removeCachedSteps(layout, steps);
}

if (canBuild()) {
  inBuildWorld('what stands on a step that was made anew is of the new one', async (world) => {
    const dockerfile = `FROM busybox\nRUN ${UUID} > /a\nRUN cp /a /b\n`;
    await world.build(dockerfile);
    await forget(world, `${UUID} > /a`);
    await world.build(dockerfile, { names: ['made'] });
    assert.is(await world.read('made', 'b'), await world.read('made', 'a'));
    assert.equal((await world.build(dockerfile)).made, []);
  });

  inBuildWorld('a stage that is made anew gives its new files to the others', async (world) => {
    const dockerfile = `FROM busybox AS one\nRUN ${UUID} > /a\nFROM busybox\nCOPY --from=one /a /a\nRUN cp /a /b\n`; // prettier-ignore
    await world.build(dockerfile, { names: ['before'] });
    const again = await world.build(dockerfile, { names: ['after'], noCache: ['One'] });
    assert.equal(again.made.slice(0, 2), [`RUN ${UUID} > /a`, 'COPY --from=one /a /a']);
    assert.is.not(await world.read('after', 'a'), await world.read('before', 'a'));
    assert.is(await world.read('after', 'b'), await world.read('after', 'a'));
  });

  inBuildWorld(
    'a step that makes the same again is the same to what stands on it',
    async (world) => {
      await world.write({ file: 'x' });
      const dockerfile = `FROM busybox\nCOPY file /a\nRUN ${UUID} > /b\n`;
      await world.build(dockerfile, { names: ['before'] });
      await forget(world, 'COPY file /a');
      const again = await world.build(dockerfile, { names: ['after'] });
      assert.equal(again.made, ['COPY file /a']);
      assert.is(await world.read('after', 'b'), await world.read('before', 'b'));
    },
  );
}

test.run();
