import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { needs, run } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';

if (needs(...mainJob)) {
  test("a full disk: the program's exit code is ours, what could not be recorded is said", async () => {
    await inWorld(async ({ ctr, registry, env }) => {
      const root = env['CTR_ROOT'] ?? '';
      const image = `${registry}/busybox`;
      mkdirSync(root);
      await run(['mount', '-t', 'tmpfs', '-o', 'size=24m', 'none', root]);
      try {
        const fill = 'cat /dev/zero > /full 2> /dev/null; exit 3';
        const full = await ctr('run', '-q', '--name', 'fat', image, 'sh', '-c', fill);
        assert.equal(full.code, 3);
        assert.match(full.stderr, /^WARNING: container fat: .*no space left/m);
        assert.match((await ctr('ps', '-a')).stdout, /Exited \(3\)/);
        const next = await ctr('run', '-q', '--name', 'next', image, 'true');
        assert.equal(next.code, 125);
        assert.match(next.stderr, /^ctr: .*no space left/m);
        assert.match(next.stderr, /^hint: /m);
        assert.equal((await ctr('rm', 'fat')).code, 0);
        const again = await ctr('run', '-q', '--rm', image, 'sh', '-c', 'exit 4');
        assert.deepEqual([again.code, again.stderr], [4, '']);
      } finally {
        await run(['umount', root]);
      }
    });
  });
}

test.run();
