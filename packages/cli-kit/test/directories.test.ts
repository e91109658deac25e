import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { asUser, needs } from '@ctrkit/testing';
import { rootDirectory, runDirectory } from '../src/directories.ts';

const source = new URL('../src/directories.ts', import.meta.url).href;

test('what the environment says comes first; nothing in it counts as not said', () => {
  assert.is(rootDirectory({ CTR_ROOT: '/a' }), '/a');
  assert.is(runDirectory({ CTR_RUN: '/b' }), '/b');
  if (process.geteuid?.() !== 0) return;
  assert.is(rootDirectory({ CTR_ROOT: '' }), '/var/lib/ctr');
  assert.is(runDirectory({}), '/run/ctr');
  assert.is(rootDirectory({ XDG_DATA_HOME: '/x' }), '/var/lib/ctr');
});

if (needs('unprivileged-user')) {
  test('a normal user has directories of their own, and a relative one does not count', async () => {
    const script = `
      import { rootDirectory, runDirectory } from ${JSON.stringify(source)};
      const of = (env) => [rootDirectory(env), runDirectory(env)];
      const given = { XDG_DATA_HOME: '/d', XDG_RUNTIME_DIR: '/r' };
      process.env.HOME = '/home/me';
      console.log(JSON.stringify([of(given), of({ XDG_DATA_HOME: 'd', XDG_RUNTIME_DIR: 'r' })]));`;
    const tsx = import.meta.resolve('tsx');
    const node = [process.execPath, '--import', tsx, '--input-type=module', '-e', script] as const;
    const { stdout, stderr } = await asUser(node);
    assert.equal(JSON.parse(stdout || JSON.stringify(stderr)), [
      ['/d/ctr', '/r/ctr'],
      ['/home/me/.local/share/ctr', '/home/me/.local/share/ctr/run'],
    ]);
  });
}

test.run();
