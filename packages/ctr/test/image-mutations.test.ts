import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { needs, tarOf } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';

if (needs(...mainJob)) {
  test('images of images: append, rebase, mutate, flatten; tree and files tell of them', async () => {
    await inWorld(async ({ ctr, shell, registry, directory }) => {
      const layer = (name: string): Buffer =>
        tarOf([{ path: name, type: 'File', content: `${name}\n` }]);
      for (const name of ['app', 'fix']) await writeFile(join(directory, name), layer(name));
      const base = `${registry}/busybox`;
      await ctr('pull', base);
      const made = async (...args: string[]): Promise<void> => {
        const { code, stdout, stderr } = await ctr('image', ...args);
        assert.equal(code, 0, stderr);
        assert.match(stdout, /^sha256:[0-9a-f]{64}\n$/);
      };
      await made('append', base, join(directory, 'app'), '-t', 'app:1', '-c', 'CMD cat /app');
      await made('append', base, join(directory, 'fix'), '-t', 'base:2');
      await made('rebase', 'app:1', base, 'base:2', '-t', 'app:2');
      await made('mutate', 'app:2', '-c', 'CMD cat /fix /app', '-t', 'app:3');
      await made('flatten', 'app:3', '-t', 'flat:1');
      for (const [image, output] of [
        ['app:1', 'app\n'],
        ['app:2', 'app\n'],
        ['app:3', 'fix\napp\n'],
        ['flat:1', 'fix\napp\n'],
      ] as const) {
        assert.equal((await ctr('run', '--rm', image)).stdout, output, image);
      }

      const id = (await ctr('images', '-q', 'app:3')).stdout.trim();
      const tree = await ctr('image', 'tree', 'app:3');
      const size = String.raw`[\d.]+[kM]?B`;
      assert.match(
        tree.stdout,
        new RegExp(`^Image ID: ${id}
Tags: {5}\\[app:3\\]
Size: {5}${size}
Image Layers
├── ID: [0-9a-f]{12} Size: ${size} Top Layer of: \\[\\S+/busybox:latest\\]
├── ID: [0-9a-f]{12} Size: ${size} Top Layer of: \\[base:2\\]
└── ID: [0-9a-f]{12} Size: ${size} Top Layer of: \\[app:2 app:3\\]
$`),
      );
      const all = (await ctr('image', 'tree')).stdout.split('\n');
      assert.equal(all.filter((line) => line.includes('/busybox:latest]')).length, 1);
      assert.equal(all.filter((line) => /^[├└]── ID.*flat:1/.test(line)).length, 1);
      assert.equal(
        all.filter((line) => /^│ {3}├── ID.*app:1/.test(line)).length,
        1,
        all.join('\n'),
      );
      assert.equal(all.filter((line) => /^│ {7}└── ID.*app:2 app:3/.test(line)).length, 1);
      const json = await ctr('image', 'tree', '--format', 'json', 'app:3');
      const parsed = JSON.parse(json.stdout) as { layers: { layers: unknown[] }[] };
      assert.equal(parsed.layers[0]?.layers.length, 1);

      const files = await ctr('image', 'files', '--layer', '-1', 'app:3');
      assert.match(files.stdout, /^3 - 0644 0:0 +4 \/app\n$/);
      const counted = await shell('ctr image files --format json app:3 | jq -r .layer | sort -u');
      assert.equal(counted.stdout, '1\n2\n3\n');

      for (const [line, code, stderr] of [
        ['image rebase app:1 base:2 flat:1', 1, /was not made on base:2/],
        ['image append app:1 /nosuch', 1, /no such file/],
        ['image append nosuch:1 /etc/passwd', 1, /No such image: nosuch:1/],
        ['image files --layer 9 app:1', 1, /has no layer 9/],
        ['image tree nosuch', 1, /No such image: nosuch/],
      ] as const) {
        const answer = await ctr(...line.split(' '));
        assert.equal(answer.code, code, line);
        assert.match(answer.stderr, stderr, line);
      }
    });
  });
}

test.run();
