import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';

const complaint = (stderr: string): string =>
  stderr.split('\n').find((line) => line.startsWith('ctr: ')) ?? '';

if (needs(...mainJob)) {
  test('a registry that is down is named, with what to check', async () => {
    await inWorld(async ({ ctr }) => {
      const nowhere = `localhost:${await freePort()}`;
      const { code, stderr } = await ctr('run', `${nowhere}/busybox`, 'true');
      assert.equal(code, 125);
      assert.ok(complaint(stderr).includes(nowhere));
      assert.match(stderr, /^hint: /m);
      const pulled = await ctr('pull', `${nowhere}/busybox`);
      assert.equal(pulled.code, 1);
    });
  });

  test('an image that the registry does not have', async () => {
    await inWorld(async ({ ctr, registry }) => {
      const { code, stderr } = await ctr('run', `${registry}/nosuch:1`, 'true');
      assert.equal(code, 125);
      assert.ok(complaint(stderr).includes('nosuch'));
    });
  });

  test('--pull never does not ask anybody', async () => {
    await inWorld(async ({ ctr, registry }) => {
      const { code, stderr } = await ctr('run', '--pull', 'never', `${registry}/busybox`, 'true');
      assert.equal(code, 125);
      assert.match(stderr, /No such image: .*\/busybox:latest/);
    });
  });

  for (const [name, words] of [
    ['BADNAME', /must be lowercase/],
    ['a b', /invalid reference format/],
    ['x@sha256:12', /invalid/],
    ['-', /invalid reference format/],
  ] as const) {
    test(`the name ${JSON.stringify(name)} is refused`, async () => {
      await inWorld(async ({ ctr }) => {
        const { code, stderr } = await ctr('run', '--', name, 'true');
        assert.equal(code, 125);
        assert.match(complaint(stderr), words);
      });
    });
  }

  test('a failed run leaves a container only where docker does, and --rm leaves none', async () => {
    await inWorld(async ({ ctr, registry, env }) => {
      const image = `${registry}/busybox`;
      await ctr('run', '--rm', image, 'nosuchcommand');
      assert.equal((await ctr('ps', '-aq')).stdout, '');
      await ctr('run', '--name', 'kept', image, 'nosuchcommand');
      const { stdout } = await ctr('ps', '-a', '--format', 'json');
      assert.equal((JSON.parse(stdout) as { State: string }).State, 'created');
      await ctr('rm', 'kept');
      const root = env['CTR_ROOT'] ?? '';
      assert.deepEqual(readdirSync(join(root, 'containers')), []);
      assert.deepEqual(readdirSync(join(root, 'names')), []);
      assert.deepEqual(readdirSync(join(root, 'trash')), []);
    });
  });

  test('no control characters reach a pipe', async () => {
    await inWorld(async ({ ctr, registry }) => {
      const { stderr } = await ctr('run', '--rm', `${registry}/busybox`, 'true');
      assert.deepEqual(
        Array.from(stderr).filter((letter) => letter < ' ' && letter !== '\n'),
        [],
      );
    });
  });
}

test.run();
