import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, temporaryDirectory } from '@ctrkit/testing';
import type { RunResult } from '@ctrkit/testing';
import { test } from 'uvu';

const runner = fileURLToPath(new URL('../src/run-tests.mjs', import.meta.url));
const checkout = fileURLToPath(new URL('../../../', import.meta.url));
const uvu = `import { test } from ${JSON.stringify(import.meta.resolve('uvu'))};\n`;

async function runFiles(
  files: Record<string, string>,
  env: NodeJS.ProcessEnv = {},
): Promise<RunResult> {
  await using directory = await temporaryDirectory();
  await mkdir(join(directory.path, 'test'));
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(directory.path, 'test', name), text);
  }
  return await run([process.execPath, runner, join(directory.path, 'test')], {
    cwd: checkout,
    env: { ...process.env, CI: 'false', ...env },
  });
}

const good = `${uvu}test('a', () => {}); test('b', () => {}); test.run();`;

test('a file whose tests pass passes, and the last line counts them', async () => {
  const { code, stdout } = await runFiles({ 'good.test.ts': good });
  assert.equal(code, 0);
  assert.match(stdout, /\n2 passed, 0 failed, 0 skipped\n$/);
});

for (const [what, text] of [
  ['a failing test', `${uvu}test('a', () => { throw new Error('x'); }); test.run();`],
  ['a file that forgets test.run()', `${uvu}test('a', () => {});`],
  ['a file without a test', `${uvu}test.run();`],
  ['a hook that throws', `${uvu}test.before(() => { throw new Error('x'); }); test('a', () => {}); test.run();`], // prettier-ignore
  ['a file that exits in the middle', `${uvu}test('a', () => process.exit(0)); test.run();`],
  ['a file that cannot be loaded', `import './nothing.ts';`],
] as const) {
  test(`${what} fails the run, also beside a good file`, async () => {
    const { code } = await runFiles({ 'good.test.ts': good, 'odd.test.ts': text });
    assert.equal(code, 1);
  });
}

test('nothing to run is a failure', async () => {
  const { code, stderr } = await runFiles({ 'notes.txt': '' });
  assert.equal(code, 1);
  assert.match(stderr, /no \*\.test\.ts/);
});

test('what a file leaves in the temporary directory fails it, and is taken away', async () => {
  const leaves = `${uvu}import { temporaryDirectory } from ${JSON.stringify(import.meta.resolve('@ctrkit/testing'))};
    test('a', async () => { console.log('made', (await temporaryDirectory()).path); });
    test.run();`;
  const { code, stdout } = await runFiles({ 'leaves.test.ts': leaves });
  assert.equal(code, 1);
  const path = /made (.*)/.exec(stdout)?.[1] ?? '';
  assert.match(stdout, new RegExp(`1 passed \\(left ${basename(path)}\\)`));
  assert.ok(!existsSync(path));
});

test('a file that hangs is ended at the limit, with what it started', async () => {
  const hangs = `${uvu}import { spawn } from 'node:child_process';
    test('a', () => new Promise(() => { spawn('sleep', ['60'], { stdio: 'inherit' }); setInterval(() => {}, 1000); }));
    test.run();`;
  const started = Date.now();
  const { code, stdout } = await runFiles({ 'hangs.test.ts': hangs }, { TEST_LIMIT_MS: '3000' });
  assert.equal(code, 1);
  assert.match(stdout, /ran longer than 3 s/);
  assert.ok(Date.now() - started < 30_000);
});

test('a skip is named, and a failure in CI', async () => {
  const skips = `${uvu}console.log('SKIP x: needs root'); test('a', () => {}); test.run();`;
  const here = await runFiles({ 'skips.test.ts': skips });
  assert.equal(here.code, 0);
  assert.match(here.stdout, /skipped: x: needs root/);
  assert.match(here.stdout, /\n1 passed, 0 failed, 1 skipped\n$/);
  assert.equal((await runFiles({ 'skips.test.ts': skips }, { CI: 'true' })).code, 1);
});

test.run();
