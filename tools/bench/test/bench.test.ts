import { test } from 'uvu';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, temporaryDirectory } from '@ctrkit/testing';

const script = fileURLToPath(new URL('../src/bench.ts', import.meta.url));
const bench = (...args: string[]) => run([process.execPath, ...process.execArgv, script, ...args]);

test('--help says what there is', async () => {
  const { code, stdout } = await bench('--help');
  assert.equal(code, 0);
  assert.match(stdout, /--only string .*run, live, pull, archive, build, unpack, fork/);
});

test('a wrong flag is named, and nothing is begun', async () => {
  await using directory = await temporaryDirectory();
  const work = join(directory.path, 'work');
  const { code, stdout, stderr } = await bench('--work', work, '--only', 'exec');
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  assert.match(stderr, /^bench: --only exec: /);
  assert.equal(existsSync(work), false);
});

test.run();
