import { test } from 'uvu';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { needs, temporaryDirectory } from '@ctrkit/testing';
import { workDirectory } from '../src/work-directory.ts';

test('it goes with all that is in it; what is beside it stays', async () => {
  await using parent = await temporaryDirectory();
  const work = await workDirectory(join(parent.path, 'cache'));
  await mkdir(join(work.path, 'a/b'), { recursive: true });
  await writeFile(join(parent.path, 'cache/kept'), '');
  await work[Symbol.asyncDispose]();
  assert.equal(existsSync(work.path), false);
  assert.equal(existsSync(join(parent.path, 'cache/kept')), true);
});

if (needs('overlay')) {
  test('mounts that are left in it, one in another too, are taken off first', async () => {
    await using parent = await temporaryDirectory();
    const work = await workDirectory(parent.path);
    const outer = join(work.path, 'with blank');
    await mkdir(outer);
    const mount = (path: string) => spawnSync('mount', ['-t', 'tmpfs', 'none', path]).status;
    assert.equal(mount(outer), 0);
    await mkdir(join(outer, 'inner'));
    assert.equal(mount(join(outer, 'inner')), 0);
    await work[Symbol.asyncDispose]();
    assert.equal(existsSync(work.path), false);
  });
}

test.run();
