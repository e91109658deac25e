import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { needs, run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openEngine } from '../src/index.ts';
import { codeOf } from './fixture.ts';

test('what is missing is made, for its owner alone', async () => {
  await using base = await temporaryDirectory();
  const directories = { root: join(base.path, 'a/root'), run: join(base.path, 'b/run') };
  openEngine(directories);
  openEngine(directories);
  assert.is(statSync(directories.root).mode & 0o777, 0o700);
  assert.ok(existsSync(join(directories.run, 'containers')));
});

if (needs('root')) {
  test('a file system that is read-only is told as such, by its path', async () => {
    await using base = await temporaryDirectory();
    const mounted = join(base.path, 'mounted');
    mkdirSync(mounted);
    await run(['mount', '-t', 'tmpfs', '-o', 'ro', 'none', mounted]);
    try {
      const root = join(mounted, 'root');
      const open = (): unknown => openEngine({ root, run: join(base.path, 'run') });
      assert.is(await codeOf(open), 'READ_ONLY');
      assert.throws(open, (error: { path?: string; hint?: string }) => {
        return error.path === root && error.hint !== undefined;
      });
    } finally {
      await run(['umount', mounted]);
    }
  });
}

test.run();
