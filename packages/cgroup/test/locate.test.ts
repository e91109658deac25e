import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createCgroup, locateCgroup } from '../src/index.ts';
import { codeOf, fakeMachine } from './support.ts';
import type { FakeOptions } from './support.ts';

const machines: Record<string, { has: FakeOptions; counter: string }> = {
  v1: {
    has: { v1: ['memory', 'cpu,cpuacct', 'pids', 'freezer'] },
    counter: 'memory/ctr/a/memory.oom_control',
  },
  v2: { has: { v2: { at: '', controllers: 'cpu memory pids' } }, counter: 'ctr/a/memory.events' },
};
const limits = { memory: { limit: 2 ** 26 }, pids: { limit: 5 } };

for (const [name, { has, counter }] of Object.entries(machines)) {
  test(`${name}: names exactly the directories that are made, those above them, and the counter`, async () => {
    await using on = await fakeMachine(has);
    const located = await locateCgroup('ctr/a', limits, on);
    assert.not(located.directories.some((directory) => existsSync(directory)));
    await createCgroup('ctr/a', limits, on);
    assert.ok(located.directories.length > 0);
    for (const directory of located.directories) assert.ok(existsSync(directory), directory);
    assert.equal(located.parents, located.directories.map(dirname));
    assert.is(located.oomEvents, join(on.root, counter));
  });
}

test('the path may not leave the hierarchy', async () => {
  await using on = await fakeMachine({ v2: { at: '', controllers: 'memory' } });
  assert.is(await codeOf(() => locateCgroup('../a', {}, on)), 'CGROUP_INVALID_VALUE');
});

test.run();
