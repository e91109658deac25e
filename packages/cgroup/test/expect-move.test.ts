import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { expectMove } from '../src/index.ts';
import { fakeMachine } from './support.ts';

test('v1: this process is moved to where it is, in one tree', async () => {
  await using on = await fakeMachine({ v1: ['memory', 'pids'] });
  await using directory = await temporaryDirectory();
  const self = join(directory.path, 'self');
  on.write('memory/cgroup.procs', '');
  writeFileSync(self, '3:pids:/other\n2:memory:/\n1:name=systemd:/third\n');
  await expectMove({ hierarchy: on.hierarchy, self });
  assert.is(readFileSync(on.path('memory/cgroup.procs'), 'utf8'), '0');
});

test('what is not there or not allowed is no failure', async () => {
  await using on = await fakeMachine({ v1: ['memory'] });
  await using directory = await temporaryDirectory();
  const self = join(directory.path, 'self');
  await expectMove({ hierarchy: on.hierarchy, self });
  for (const text of ['', '2:pids:/\n', '2:memory:/gone\n', '2:memory:/../above\n']) {
    writeFileSync(self, text);
    await expectMove({ hierarchy: on.hierarchy, self });
  }
  assert.equal(on.files('memory'), {});
});

test('v2: nothing is written', async () => {
  await using on = await fakeMachine({ v2: { at: '', controllers: 'memory pids' } });
  const before = readFileSync(on.path('cgroup.procs'), 'utf8');
  await expectMove({ hierarchy: on.hierarchy });
  assert.is(readFileSync(on.path('cgroup.procs'), 'utf8'), before);
});

test('live: this process stays where it is', async () => {
  const where = (): string => readFileSync('/proc/self/cgroup', 'utf8');
  const before = where();
  await expectMove();
  assert.is(where(), before);
});

test.run();
