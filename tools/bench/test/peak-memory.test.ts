import { test } from 'uvu';
import assert from 'node:assert/strict';
import { measure } from '../src/measure.ts';
import { readPeak, timeCommand } from '../src/peak-memory.ts';

const env = {};
const { signal } = new AbortController();
const fill = ['-e', 'Buffer.alloc(100e6, 1)'];

// Where GNU time is missing, the bench says so and goes on.
if (timeCommand !== undefined) {
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

test('the line of GNU time is found behind what the command said', async () => {
  const peak = (stderr: string): Promise<number | undefined> =>
    readPeak({ daemon: undefined, stderr });
  assert.equal(await peak('pulling\npeak-kib=1024\n'), 1024 * 1024);
  assert.equal(await peak('pulling\n'), undefined);
});

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
