import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rmdir, writeFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertNothingLeft, needs, run, snapshotHost, temporaryDirectory } from '@ctrkit/testing';

async function complaint(before: Awaited<ReturnType<typeof snapshotHost>>): Promise<string> {
  return assertNothingLeft(before, { patience: 300 }).then(
    () => '',
    (error: unknown) => (error as Error).message,
  );
}

test('an unchanged machine passes', async () => {
  await assertNothingLeft(await snapshotHost());
});

test('a process of the helper that lives on is named, one that ends in time is not', async () => {
  await using directory = await temporaryDirectory();
  const helper = join(directory.path, 'ctr-helper');
  await copyFile('/bin/sleep', helper);
  const before = await snapshotHost();
  const child = spawn(helper, ['60']);
  assert.match(await complaint(before), new RegExp(`processes: ${child.pid} `));
  setTimeout(() => child.kill('SIGKILL'), 200);
  await assertNothingLeft(before, { patience: 3000 });
});

test('a temporary file is named', async () => {
  const before = await snapshotHost();
  const path = join(tmpdir(), `ctrkit-test-${process.pid}-left`);
  await writeFile(path, '');
  assert.match(await complaint(before), /temporaryFiles: ctrkit-test-/);
  await rm(path);
});

if (needs('root')) {
  test('a mount is named', async () => {
    await using directory = await temporaryDirectory();
    const before = await snapshotHost();
    await run(['mount', '--bind', directory.path, directory.path]);
    assert.match(await complaint(before), /mounts: .*ctrkit-test-/);
    await run(['umount', directory.path]);
    await assertNothingLeft(before);
  });

  test('a process in another pid namespace that we started is named', async () => {
    const before = await snapshotHost();
    const child = spawn('unshare', ['--pid', '--fork', '--kill-child', 'sleep', '60']);
    await new Promise((done) => setTimeout(done, 200));
    assert.match(await complaint(before), /processes: \d+ .*sleep 60/);
    child.kill('SIGKILL');
    await once(child, 'close');
    await assertNothingLeft(before);
  });
}

if (needs('cgroup')) {
  test('a cgroup of a container is named', async () => {
    const before = await snapshotHost();
    const hierarchy = existsSync('/sys/fs/cgroup/freezer')
      ? '/sys/fs/cgroup/freezer'
      : '/sys/fs/cgroup';
    const path = `${hierarchy}/ctrkit-test-${process.pid}-x`;
    await mkdir(path);
    assert.match(await complaint(before), /cgroups: .*ctrkit-test-/);
    await rmdir(path);
    await assertNothingLeft(before);
  });
}

test.run();
