import assert from 'node:assert/strict';
import { join } from 'node:path';
import { memoryDisk, needs, run } from '@ctrkit/testing';
import type { RunResult } from '@ctrkit/testing';
import { test } from 'uvu';
import { commandPath, inWorld, mainJob } from './fixture.ts';

interface SmallWorld {
  readonly registry: string;
  /** Where the disk is mounted. */
  readonly disk: string;
  ctr(this: void, ...args: string[]): Promise<RunResult>;
}

/** Runs a test whose store and containers are on a file system of 24 MB. */
async function onSmallDisk(test: (world: SmallWorld) => Promise<void>): Promise<void> {
  await using disk = await memoryDisk(24);
  await inWorld(async ({ registry, env: world }) => {
    const env = { ...world, CTR_ROOT: join(disk.path, 'root') };
    const ctr = (...args: string[]): Promise<RunResult> =>
      run([process.execPath, commandPath('ctr'), ...args], { env });
    await test({ registry, disk: disk.path, ctr });
  });
}

if (needs(...mainJob)) {
  test("a full disk: the program's exit code is ours, what could not be recorded is said", async () => {
    await onSmallDisk(async ({ ctr, registry }) => {
      const image = `${registry}/busybox`;
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
    });
  });

  test('a full disk: pulls and new names say so, rmi works, and then there is room', async () => {
    await onSmallDisk(async ({ ctr, registry, disk }) => {
      assert.equal((await ctr('pull', '-q', `${registry}/busybox`)).code, 0);
      await run(['sh', '-c', `cat /dev/zero > '${disk}/full'`]);
      for (const line of [
        ['pull', '-q', `${registry}/hello-world`],
        ['tag', `${registry}/busybox`, 'other'],
      ]) {
        const refused = await ctr(...line);
        assert.equal(refused.code, 1);
        assert.match(refused.stderr, /^ctr: .*no space left.*\nhint: /);
      }
      const removed = await ctr('rmi', `${registry}/busybox`);
      assert.deepEqual([removed.code, removed.stderr], [0, '']);
      assert.match(removed.stdout, /^Untagged: .*\nDeleted: .*\nDeleted: .*\n$/);
      assert.equal((await ctr('pull', '-q', `${registry}/hello-world`)).code, 0);
      assert.match(
        (await ctr('images', '--format', '{{.Repository}}')).stdout,
        /^[^\n]*hello-world\n$/,
      );
    });
  });
}

test.run();
