import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';

if (needs(...mainJob)) {
  test('what is built goes to the registries of its names, and stays here', async () => {
    await inWorld(async ({ shell, directory, registry }) => {
      writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\nLABEL a=b\nCOPY Dockerfile /\n');
      for (const [name, flags] of [
        ['push:1', '-t $R/push:1 --push'],
        ['push:2', '-t $R/push:1 -t $R/push:2 --push -o files'],
        ['image:latest', '-o type=image,name=$R/image,push=true'],
        ['registry:a', "-o 'type=registry,\"name='$R/registry:a,$R/registry:b'\"'"],
        ['registry:b', '-t $R/registry:b -o type=registry'],
      ] as const) {
        const { code, stdout, stderr } = await shell(`ctr build --iidfile id ${flags} .`);
        assert.equal(code, 0, `${flags}: ${stderr}`);
        assert.equal(stdout, '', 'for people, on stderr');
        const [, digest] = new RegExp(`^pushed ${registry}/${name}: digest: (sha256:[0-9a-f]{64}) size: [0-9]+$`, 'm').exec(stderr) ?? []; // prettier-ignore
        const there = await shell(`skopeo inspect --tls-verify=false --format '{{.Digest}} {{.Labels.a}}' docker://$R/${name}`); // prettier-ignore
        assert.equal(there.stdout, `${digest} b\n`, there.stderr);
        const here = await shell(`ctr image inspect --format '{{.Id}}' $R/${name} && cat id`);
        const [id, ofFile] = here.stdout.split('\n');
        assert.equal(id, ofFile, here.stderr);
      }
      assert.ok(existsSync(join(directory, 'files/Dockerfile')));
      const quiet = await shell('ctr build -q -t $R/quiet --push .');
      assert.match(quiet.stdout, /^sha256:[0-9a-f]{64}\n$/);
      assert.equal(quiet.stderr, '');
      const unpushed = await shell('ctr build -t $R/kept -o type=image,push=false . && ctr build -o type=tar,dest=f.tar -t $R/kept:2 --load .'); // prettier-ignore
      assert.equal(unpushed.code, 0, unpushed.stderr);
      assert.doesNotMatch(unpushed.stderr, /push/);
      assert.equal((await shell('ctr images -q $R/kept')).stdout.split('\n').length, 3);
    });
  });

  test('without a name there is nothing to push by; what no registry takes is an error, and is here', async () => {
    await inWorld(async ({ ctr, shell, directory }) => {
      writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\nLABEL a=b\n');
      for (const [flags, says] of [
        ['--push', /tag is needed when pushing to registry/],
        ['-o type=registry', /tag is needed when pushing to registry/],
        ['-t x -o type=local,dest=y,push=true', /push is not for type "local"/],
        ['-t x -o type=image,push=perhaps', /push is true or false/],
      ] as const) {
        const { code, stderr } = await shell(`ctr build ${flags} .`);
        assert.notEqual(code, 0, flags);
        assert.match(stderr, says, flags);
      }
      assert.equal((await ctr('images', '-aq')).stdout, '');
      const failed = await shell('ctr build -t 127.0.0.1:1/x --push --iidfile id .');
      assert.equal(failed.code, 1);
      assert.match(failed.stderr, /127\.0\.0\.1:1/);
      assert.ok(!existsSync(join(directory, 'id')));
      assert.match((await ctr('images')).stdout, /127\.0\.0\.1:1\/x/);
    });
  });
}

test.run();
