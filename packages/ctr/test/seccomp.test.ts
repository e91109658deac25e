import assert from 'node:assert/strict';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';

if (needs(...mainJob)) {
  test('every container has a filter, whoever is in it', async () => {
    await inWorld(async ({ ctr, registry }) => {
      const image = `${registry}/busybox`;
      const script = 'grep ^Seccomp: /proc/self/status; unshare -U true 2>/dev/null; echo $?';
      for (const user of [[], ['--user', 'app']]) {
        const { stdout } = await ctr('run', '--rm', ...user, image, 'sh', '-c', script);
        assert.equal(stdout, 'Seccomp:\t2\n1\n');
      }
    });
  });
}

test.run();
