import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forkContainer, listContainers, removeContainer, startContainer } from '@ctrkit/engine';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDirectoryContext } from '../src/index.ts';
import type { FailedRun, GivenContext } from '../src/index.ts';
import { canBuild, failureOf, inBuildWorld } from './build-world.ts';

if (canBuild()) {
  inBuildWorld(
    'a named context is in the place of an image, of a stage, of a registry’s name',
    async (world) => {
      const other = join(world.directory, 'other');
      await mkdir(other);
      await writeFile(join(other, 'file'), 'of the other');
      await using tree = await openDirectoryContext(other, {
        cacheDirectory: join(world.root, 'build-cache'),
      });
      const contexts = new Map<string, GivenContext>([
        ['files', { type: 'files', tree }],
        ['example.invalid/base', { type: 'image', name: 'busybox' }],
      ]);
      const dockerfile = 'FROM example.invalid/base\nCOPY --from=files file /x\nRUN --mount=type=bind,from=files,target=/m cat /m/file\nCOPY --from=example.invalid/base /etc/group /g\n'; // prettier-ignore
      const { output } = await world.build(dockerfile, { contexts, names: ['made'] });
      assert.is(output, 'of the other');
      assert.is(await world.read('made', 'x'), 'of the other');
    },
  );

  inBuildWorld('an image is copied from by its name', async (world) => {
    await world.build('FROM scratch\nCOPY --from=busybox /etc/passwd /p\n', { names: ['made'] });
    assert.match(await world.read('made', 'p'), /^root:/);
  });

  inBuildWorld('without a context there is nothing to copy', async (world) => {
    const error = await failureOf(() => world.build('FROM busybox\nCOPY a /a\n', { noContext: true })); // prettier-ignore
    assert.is(error.code, 'CONTEXT_INVALID');
  });

  inBuildWorld('arguments that nobody asks for are told', async (world) => {
    const buildArgs = new Map([['NOPE', '1'], ['USED', '1'], ['HTTP_PROXY', 'x'], ['SOURCE_DATE_EPOCH', '1']]); // prettier-ignore
    const { events } = await world.build('FROM busybox\nARG USED\n', { buildArgs });
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    assert.equal(warnings, ['[Warning] One or more build-args [NOPE] were not consumed']);
  });

  inBuildWorld('a failed RUN can be looked into before it is gone', async (world) => {
    const failures: FailedRun[] = [];
    const error = await failureOf(() =>
      world.build('FROM busybox\nWORKDIR /w\nRUN echo half > made; exit 5\n', {
        onFailure: async (failed) => {
          failures.push(failed);
          const command = ['grep', 'half', 'made'];
          const id = await forkContainer(world, failed.containerId, { command, name: 'looking' });
          const fork = await startContainer(world, id, { output: 'none' });
          const exit = await fork?.wait();
          assert.is(typeof exit === 'object' && exit.code, 0);
        },
      }),
    );
    assert.is(error.exitCode, 5);
    assert.equal(
      failures.map(({ exitCode, step }) => [exitCode, step.numberInStage]),
      [[5, 3]],
    );
    assert.equal(listContainers(world).map(({ name }) => name), ['looking']); // prettier-ignore
    await removeContainer(world, 'looking');
  });
}

test.run();
