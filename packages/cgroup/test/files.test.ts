import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { needs, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readValue, writeValue } from '../src/files.ts';
import { createCgroup, detectHierarchy } from '../src/index.ts';
import { makeDirectory } from '../src/make-directory.ts';
import { codeOf, errorOf, fakeMachine } from './support.ts';

test('a plain directory stands in for a cgroup', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'pids.max');
  assert.is(readValue(file), undefined);
  writeValue(file, '20');
  assert.is(readValue(file), '20');
  writeValue(file, 'max\n');
  assert.is(readValue(file), 'max');
});

test('a cgroup that is gone', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'none', 'pids.max');
  const error = await errorOf(() => writeValue(file, '20'));
  assert.is(error.code, 'CGROUP_NOT_FOUND');
  assert.is(error.path, file);
  assert.is((error.cause as NodeJS.ErrnoException).code, 'ENOENT');
});

test('parents that are removed meanwhile are made again', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'a', 'b', 'c');
  await makeDirectory(path);
  assert.ok(existsSync(path));
  mkdirSync(join(path, 'below'));
  assert.is(await codeOf(() => makeDirectory(path)), 'CGROUP_BUSY');
});

test('what the kernel lacks is told where that can be borne, and is an error elsewhere', async () => {
  await using on = await fakeMachine({ v1: ['memory', 'pids', 'blkio'] });
  const limits = { memory: { limit: 5 }, pids: { limit: 5 }, blockIO: { weight: 10 } };
  const cgroup = await createCgroup('a', limits, on);
  // A name in a directory that is not there: what opening a missing interface file gives.
  const lose = (file: string): void => symlinkSync('/nonexistent/file', on.path(file));
  lose('memory/a/memory.memsw.limit_in_bytes');
  assert.match(
    (await cgroup.update({ memory: { limit: 6, swap: 9 } }))[0] ?? '',
    /^memory\.swap: /,
  );
  on.empty('blkio/a');
  lose('blkio/a/blkio.bfq.weight');
  assert.equal(await cgroup.update({ blockIO: { weight: 20 } }), []);
  assert.is(on.read('blkio/a/blkio.weight'), '20');
  on.empty('pids/a');
  lose('pids/a/pids.max');
  assert.is(await codeOf(() => cgroup.update({ pids: { limit: 7 } })), 'CGROUP_UNAVAILABLE');
});

if (needs('cgroup')) {
  test('the kernel: no such file, no such value', async () => {
    const cgroup = await createCgroup(`ctr-test-files-${process.pid}`, {});
    try {
      const [procs = ''] = cgroup.joinFiles;
      const missing = join(procs, '..', 'nosuch.max');
      assert.is(await codeOf(() => writeValue(missing, '1')), 'CGROUP_UNAVAILABLE');
      assert.is(readValue(missing), undefined);
      assert.is(await codeOf(() => writeValue(procs, 'x')), 'CGROUP_INVALID_VALUE');
    } finally {
      await cgroup.delete();
    }
  });

  test('the kernel: v2 gives no controllers to children of a cgroup that holds processes', async () => {
    const machine = await detectHierarchy();
    const name = machine.unified?.controllers.find((each) => each !== 'cpuset');
    if (machine.unified === undefined || name === undefined) return;
    const controllers = [name];
    const path = `ctr-test-internal-${process.pid}`;
    const outer = await createCgroup(path, {}, { controllers });
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      for (const file of outer.joinFiles) writeValue(file, String(child.pid));
      const error = await errorOf(() => createCgroup(`${path}/inner`, {}, { controllers }));
      assert.is(error.code, 'CGROUP_BUSY');
      assert.match(error.hint ?? '', /move its processes to a child/);
    } finally {
      const exited = once(child, 'exit');
      await outer.delete();
      await exited;
    }
  });
}

test.run();
