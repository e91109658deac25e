import assert from 'node:assert/strict';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';

if (needs(...mainJob)) {
  test('an allocation beyond --memory is killed: 137', async () => {
    await inWorld(async ({ ctr, registry }) => {
      const big = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=64M', 'count=1'];
      const image = `${registry}/busybox`;
      assert.equal((await ctr('run', '--rm', '--memory', '32m', image, ...big)).code, 137);
      assert.equal((await ctr('run', '--rm', '--memory', '256m', image, ...big)).code, 0);
    });
  });

  test('--pids-limit: the fork beyond it fails', async () => {
    await inWorld(async ({ ctr, registry }) => {
      const script = 'for i in 1 2 3 4 5 6 7 8; do sleep 2 & done; wait';
      const image = `${registry}/busybox`;
      const few = await ctr('run', '--rm', '--pids-limit', '5', image, 'sh', '-c', script);
      assert.match(few.stderr, /can't fork/);
      const many = await ctr('run', '--rm', '--pids-limit', '50', image, 'sh', '-c', script);
      assert.equal(many.code, 0);
    });
  });

  test('--cpus: the kernel throttles, and the quota is the one asked for', async () => {
    await inWorld(async ({ ctr, registry }) => {
      // Burns 0.3 s of processor time, which at a tenth of a processor takes three.
      const script =
        'cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max 2>/dev/null; ' +
        'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; ' +
        'cat /sys/fs/cgroup/cpu/cpu.stat /sys/fs/cgroup/cpu.stat 2>/dev/null; true';
      const { stdout, code } = await ctr('run', '--rm', '--cpus', '0.1', `${registry}/busybox`, 'sh', '-c', script); // prettier-ignore
      assert.equal(code, 0);
      assert.match(stdout, /^10000\b/);
      assert.match(stdout, /nr_throttled [1-9]/);
    });
  });

  test('limits that make no sense are refused before anything is made', async () => {
    await inWorld(async ({ ctr, registry }) => {
      const image = `${registry}/busybox`;
      for (const flags of [
        ['-m', '1k'],
        ['--cpus', '0.001'],
        ['--cpus', 'x'],
        ['-m', 'much'],
      ]) {
        const { code, stderr } = await ctr('run', ...flags, image, 'true');
        assert.equal(code, 125, flags.join(' '));
        assert.notEqual(stderr, '');
      }
      assert.equal((await ctr('ps', '-aq')).stdout, '');
    });
  });
}

test.run();
