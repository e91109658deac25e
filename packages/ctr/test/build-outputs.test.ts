import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs, run } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';

if (needs(...mainJob)) {
  test('files, archives of files and of images', async () => {
    await inWorld(async ({ shell, ctr, directory }) => {
      const at = (path: string): string => join(directory, path);
      mkdirSync(at('c'));
      writeFileSync(at('c/file'), 'content\n');
      writeFileSync(at('c/Dockerfile'), 'FROM scratch\nCOPY file /d/\n');
      const built = await shell('ctr build -o out c && ctr build -o - c > files.tar');
      assert.equal(built.code, 0, built.stderr);
      assert.equal(readFileSync(at('out/d/file'), 'utf8'), 'content\n');
      assert.equal((await run(['tar', '-tf', at('files.tar')])).stdout, 'd/\nd/file\n');
      const archives = await shell(
        'ctr build -t x:1 -o type=oci,dest=oci.tar c && ctr build -t x:1 -o type=docker,dest=docker.tar c',
      );
      assert.equal(archives.code, 0, archives.stderr);
      assert.equal((await ctr('images', '-q')).stdout, '');
      const [oci, docker] = await Promise.all(
        ['oci-archive:oci.tar', 'docker-archive:docker.tar'].map((image) =>
          shell(`skopeo inspect --format '{{len .Layers}}' ${image}`),
        ),
      );
      assert.equal(oci?.stdout, '1\n', oci?.stderr);
      assert.equal(docker?.stdout, '1\n', docker?.stderr);
      const loaded = await ctr('load', '-i', at('docker.tar'));
      assert.match(loaded.stdout, /Loaded image: x:1/);
    });
  });

  test('what is cached is told, stays beside images, and goes with builder prune', async () => {
    await inWorld(async ({ shell, ctr, registry, directory }) => {
      writeFileSync(join(directory, 'Dockerfile'), `FROM ${registry}/busybox\nRUN echo hi > /hi\nRUN ls /\n`); // prettier-ignore
      const again = async (): Promise<boolean> =>
        /RUN ls.*\n#\d+ CACHED\n/.test((await shell('ctr build -t x .')).stderr);
      assert.ok(!(await again()));
      assert.ok(await again());
      assert.match((await ctr('system', 'df')).stdout, /^Build Cache +[1-9]/m);
      await shell('ctr rmi x && ctr image prune -f');
      assert.ok(await again(), 'steps survive the image');
      assert.match((await ctr('builder', 'prune', '-a', '--dry-run')).stdout, /echo hi > \/hi/);
      const pruned = await ctr('builder', 'prune', '-af');
      assert.match(pruned.stdout, /^Deleted build cache objects:\n/);
      assert.match(pruned.stdout, /^Total reclaimed space: /m);
      assert.ok(!(await again()), 'nothing is cached any more');
      assert.equal((await ctr('run', '--rm', 'x', 'cat', '/hi')).stdout, 'hi\n');
      await ctr('rmi', 'x');
      const everything = await ctr('system', 'prune', '-af');
      assert.match(everything.stdout, /Deleted build cache objects:/);
      assert.match((await ctr('system', 'df')).stdout, /^Build Cache +0/m);
    });
  });
}

test.run();
