/** Many at once: no failure, and nothing left. */
import assert from 'node:assert/strict';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';

const MANY = 50;
const each = <T>(make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: MANY }, (_, index) => make(index)));

if (needs(...mainJob)) {
  test(`${MANY} × run --rm in parallel`, async () => {
    await inWorld(async ({ ctr, registry }) => {
      const image = `${registry}/busybox`;
      await ctr('pull', '-q', image);
      const results = await each((index) => ctr('run', '--rm', image, 'echo', String(index)));
      assert.deepEqual(
        results.map(({ code, stdout, stderr }) => ({ code, stdout, stderr })),
        results.map((_, index) => ({ code: 0, stdout: `${index}\n`, stderr: '' })),
      );
      assert.equal((await ctr('ps', '-aq')).stdout, '');
    });
  });

  test(`${MANY} × run -d, then one rm -f of all`, async () => {
    await inWorld(async ({ ctr, registry }) => {
      const image = `${registry}/busybox`;
      await ctr('pull', '-q', image);
      const started = await each(() => ctr('run', '-d', image, 'sleep', '1000'));
      assert.deepEqual(
        started.filter(({ code }) => code !== 0).map(({ stderr }) => stderr),
        [],
      );
      const ids = started.map(({ stdout }) => stdout.trim());
      assert.equal(new Set(ids).size, MANY);
      assert.equal((await ctr('ps', '-q')).stdout.trim().split('\n').length, MANY);
      const removed = await ctr('rm', '-f', ...ids);
      assert.deepEqual(
        { code: removed.code, stdout: removed.stdout, stderr: removed.stderr },
        { code: 0, stdout: `${ids.join('\n')}\n`, stderr: '' },
      );
      assert.equal((await ctr('ps', '-aq')).stdout, '');
    });
  });
}

test.run();
