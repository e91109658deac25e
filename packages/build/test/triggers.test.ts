import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canBuild, failureOf, inBuildWorld } from './build-world.ts';
import type { BuildWorld } from './build-world.ts';
import type { BuildError } from '../src/index.ts';

/** Builds on a base with a trigger, whose FROM is the third line. */
async function failureWith(world: BuildWorld, trigger: string): Promise<BuildError> {
  await world.build(`FROM busybox\nONBUILD ${trigger}\n`, { names: ['base'] });
  return (await failureOf(() => world.build('# one\n# two\nFROM base\n'))) as BuildError;
}

if (canBuild()) {
  inBuildWorld('a trigger that fails is told at the FROM that brought it', async (world) => {
    for (const trigger of ['COPY nosuch /x', 'RUN exit 7', 'ENV A=${B:?none}', 'ENV']) {
      const { range, lines } = await failureWith(world, trigger);
      assert.is(range?.start.line, 3, trigger);
      assert.equal(lines, ['FROM base'], trigger);
    }
  });

  inBuildWorld('a trigger copies from a stage that nobody else needs', async (world) => {
    await world.build('FROM busybox\nONBUILD COPY --from=maker /a /b\n', { names: ['base'] });
    const dockerfile =
      'FROM busybox AS first\nRUN echo made > /a\nFROM first AS maker\nFROM base\n';
    await world.build(dockerfile, { names: ['made'] });
    assert.is(await world.read('made', 'b'), 'made\n');
  });
}

test.run();
