import { test } from 'uvu';
import assert from 'node:assert/strict';
import { needs } from '@ctrkit/testing';
import { measure } from '../src/measure.ts';

const env = {};
const { signal } = new AbortController();
const fill = ['-e', 'Buffer.alloc(100e6, 1)'];

if (needs('file:/usr/bin/time')) {
  test('the peak is that of the command, whatever it needs', async () => {
    const command = [process.execPath, ...fill] as [string, ...string[]];
    const full = await measure({ name: 'full', command, env, memory: 'command' }, signal);
    const small = await measure(
      { name: 'small', command: ['true'], env, memory: 'command' },
      signal,
    );
    assert.ok((full.bytes ?? 0) > 100e6);
    assert.ok((small.bytes ?? Infinity) < 20e6);
  });
}

test("a daemon's peak is that since the run began", async () => {
  const { bytes = 0 } = await measure(
    {
      name: 'ours',
      command: ['true'],
      env: { PATH: process.env['PATH'] },
      memory: { daemon: process.pid },
    },
    signal,
  );
  assert.ok(bytes > 20e6 && bytes < 2e9);
});

test('who is not asked tells nothing', async () => {
  const sample = await measure({ name: 'a', command: ['/bin/true'], env }, signal);
  assert.equal('bytes' in sample, false);
});

test.run();
