import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  assertNothingLeft,
  asUser,
  needs,
  run,
  snapshotHost,
  temporaryDirectory,
  userDirectory,
} from '@ctrkit/testing';

const file = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));
const start = [process.execPath, file('start.mjs')] as const;

async function inDirectory(path: string): Promise<NodeJS.ProcessEnv> {
  return { ...process.env, CTR_ROOT: join(path, 'root'), CTR_RUN: join(path, 'run') };
}

test('npm test says what it does not know, in one line', async () => {
  const flag = await run([process.execPath, file('test.mjs'), '--no-such-flag']);
  assert.is(flag.code, 1);
  assert.match(flag.stderr, /^npm test: unknown flag: --no-such-flag; .*\n$/);
  const folder = await run([process.execPath, file('test.mjs'), '--no-install', 'no/such/folder']);
  assert.is(folder.code, 1);
  assert.match(folder.stderr, /^npm test: no\/such\/folder: no such folder or file\n$/);
});

if (needs('root')) {
  test('npm start greets from a container, twice, and leaves nothing running', async () => {
    const before = await snapshotHost();
    {
      await using directory = await temporaryDirectory();
      const env = await inDirectory(directory.path);
      for (const round of ['first', 'second']) {
        const { code, stdout, stderr } = await run(start, { env, timeout: 170_000 });
        assert.is(code, 0, `${round}: ${stderr}`);
        assert.match(stdout, /^Hello from a container\. .* I am process 1\.$/m);
        assert.match(stderr, /npx ctr images/);
      }
    }
    await assertNothingLeft(before);
  });
}

if (needs('unprivileged-user', 'user-namespaces')) {
  test('npm start greets a normal user, who cannot write to the checkout', async () => {
    const before = await snapshotHost();
    {
      await using home = await userDirectory();
      const { code, stdout, stderr } = await asUser(start, { home: home.path });
      assert.is(code, 0, stderr);
      assert.match(stdout, /^Hello from a container\. .* I am process 1\.$/m);
    }
    await assertNothingLeft(before);
  });
}

test.run();
