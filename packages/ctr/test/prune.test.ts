/** What is removed of images while containers are made of them. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs, tarOf } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';
import { layoutRegistry } from './layout-registry.ts';

const entriesOf = (root: string, name: string): string[] =>
  existsSync(join(root, name)) ? readdirSync(join(root, name)) : [];

if (needs(...mainJob)) {
  test('unpacked layers go with their image, but for those of containers, which go when nobody has them', () =>
    inWorld(async ({ ctr, registry, env }) => {
      const image = `${registry}/busybox`;
      const layers = (): string[] => entriesOf(env['CTR_ROOT'] ?? '', 'layers/sha256');
      await ctr('pull', '-q', image);
      assert.equal((await ctr('rmi', image)).code, 0);
      assert.deepEqual(layers(), []);
      await ctr('create', '-q', '--name', 'mine', image, 'echo', 'works');
      assert.equal((await ctr('rmi', '-f', image)).code, 0);
      assert.equal(
        (await ctr('system', 'prune', '-f', '--dry-run')).stdout.includes('layer'),
        false,
      );
      const started = await ctr('start', '-a', 'mine');
      assert.deepEqual([started.stdout, started.code], ['works\n', 0], started.stderr);
      assert.equal(layers().length, 1);
      await ctr('rm', 'mine');
      const dry = await ctr('system', 'prune', '--dry-run');
      assert.match(dry.stdout, /^layer [0-9a-f]{12} \(no image has it\)$/m);
      const pruned = await ctr('system', 'prune', '-f');
      assert.match(pruned.stdout, /^Deleted Layers:\nsha256:[0-9a-f]{64}\n\nTotal reclaimed space: \d\.\d+MB\n$/); // prettier-ignore
      assert.deepEqual(layers(), []);
    }));

  test('rmi of what runs: by force only its name, and the container goes on', () =>
    inWorld(async ({ ctr, registry }) => {
      const image = `${registry}/busybox`;
      await ctr('run', '-q', '-d', '--name', 'mine', image, 'sleep', '1000');
      const refused = await ctr('rmi', image);
      assert.match(refused.stderr, /^ctr: conflict: unable to remove repository reference /);
      assert.equal((await ctr('rmi', '-f', image)).stdout, `Untagged: ${image}:latest\n`);
      const id = (await ctr('images', '-q', '-f', 'dangling=true')).stdout.trim();
      const hard = await ctr('rmi', '-f', id);
      assert.match(hard.stderr, /\(cannot be forced\) - image is being used by running container/);
      await ctr('system', 'prune', '-af');
      assert.equal((await ctr('exec', 'mine', 'cat', '/etc/passwd')).code, 0);
      assert.match((await ctr('system', 'df')).stdout, /^Images +1 +1 .*\nContainers +1 +1 /m);
    }));

  test('a tag that moved leaves the image that had it, nameless', () =>
    inWorld(async ({ ctr, env, directory }) => {
      await using other = await layoutRegistry(directory);
      const image = `${other.server.host}/app`;
      const layer = (text: string): Buffer =>
        tarOf([{ path: 'file', type: 'File', content: text }]);
      await other.add('app', { layers: [layer('one')] });
      await ctr('pull', '-q', image);
      await other.add('app', { layers: [layer('two')] });
      await ctr('pull', '-q', image);
      const listed = await ctr('images', '--format', '{{.Repository}}:{{.Tag}}');
      assert.deepEqual(listed.stdout.split('\n').filter(Boolean).toSorted(), [`${image}:latest`, '<none>:<none>']); // prettier-ignore
      // A damaged container might stand on any layer: they stay, and what was deleted is told all the same.
      const id = (await ctr('create', '-q', image, '/file')).stdout.trim();
      const spec = join(env['CTR_ROOT'] ?? '', 'containers', id, 'bundle/config.json');
      writeFileSync(spec, '{');
      const { code, stdout, stderr } = await ctr('image', 'prune', '-f');
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^WARNING: /);
      assert.match(stdout, /^Deleted Images:\ndeleted: sha256:/);
      assert.equal(entriesOf(env['CTR_ROOT'] ?? '', 'blobs/sha256').length, 3);
    }));

  test('beside one who prunes everything all the time, every run works', () =>
    inWorld(async ({ ctr, registry, env }) => {
      const prune = async (): Promise<boolean> => {
        const { code, stdout, stderr } = await ctr('system', 'prune', '-af');
        assert.equal(code, 0, stderr);
        return stdout.includes('Deleted');
      };
      for (let round = 0; round < 3; round++) {
        const running = new Set(['0', '1', '2', '3']);
        const runs = [...running].map(async (number) => {
          const result = await ctr('run', '-q', '--rm', `${registry}/busybox`, 'echo', number);
          running.delete(number);
          return { number, ...result };
        });
        let pruned = false;
        while (running.size > 0) pruned = (await prune()) || pruned;
        for (const { number, stdout, stderr } of await Promise.all(runs)) {
          assert.equal(stdout, `${number}\n`, stderr);
        }
        assert.ok(pruned || (await prune()), 'nothing was ever free to be removed');
      }
      await ctr('system', 'prune', '-af');
      for (const place of [
        'layers/sha256',
        'layers/claims',
        'layers/collectors',
        'trash',
        'leases',
      ]) {
        assert.deepEqual(entriesOf(env['CTR_ROOT'] ?? '', place), [], place);
      }
    }));
}

test.run();
