import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  makeBusyboxLayout,
  makeBusyboxRootfs,
  needs,
  run,
  temporaryDirectory,
} from '@ctrkit/testing';

if (needs('command:busybox')) {
  test('the layout is the same each time', async () => {
    await using directory = await temporaryDirectory();
    const one = await makeBusyboxLayout(join(directory.path, 'one'));
    const two = await makeBusyboxLayout(join(directory.path, 'two'));
    assert.equal(one, two);
  });

  test('the root file system has applets, users and a /tmp for all', async () => {
    await using directory = await temporaryDirectory();
    await makeBusyboxRootfs(directory.path);
    const listed = await run([join(directory.path, 'bin/ls'), '-ld', join(directory.path, 'tmp')]);
    assert.match(listed.stdout, /^drwxrwxrwt/);
    assert.match(await readFile(join(directory.path, 'etc/passwd'), 'utf8'), /^app:x:1000:1000:/m);
  });
}

if (needs('command:busybox', 'command:umoci')) {
  test('umoci reads the layout', async () => {
    await using directory = await temporaryDirectory();
    const layout = join(directory.path, 'layout');
    await makeBusyboxLayout(layout);
    const { code, stdout, stderr } = await run(['umoci', 'stat', '--image', `${layout}:latest`]);
    assert.is(code, 0, stderr);
    assert.match(stdout, /LAYER/);
  });
}

test.run();
