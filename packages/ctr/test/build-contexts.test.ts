import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';

if (needs(...mainJob)) {
  test('an image of a layout is a base and a source, and takes no name', async () => {
    await inWorld(async ({ ctr, shell, directory, registry }) => {
      writeFileSync(join(directory, 'base'), 'FROM base\nRUN echo hi > /hi\nCMD ["cat", "/hi"]\n');
      writeFileSync(join(directory, 'from'), `FROM ${registry}/busybox\nCOPY --from=base /hello /\nCMD ["ls", "/hello"]\n`); // prettier-ignore
      const copied = await shell(`
        copy() { skopeo copy -q --src-tls-verify=false docker://$R/$1:latest oci:$2; }
        copy busybox layout:one && copy hello-world layout:two && copy busybox single && copy busybox with:x && copy hello-world with:latest
        skopeo inspect --format '{{.Digest}}' oci:layout:one`); // prettier-ignore
      assert.equal(copied.code, 0, copied.stderr);
      const digest = copied.stdout.trim();
      for (const [file, layout, says] of [
        ['base', 'layout:one', 'hi\n'],
        ['base', `layout@${digest}`, 'hi\n'],
        ['base', `layout:whatever@${digest}`, 'hi\n'],
        ['base', 'single', 'hi\n'],
        ['from', 'layout:two', '/hello\n'],
        ['from', 'with', '/hello\n'],
      ] as const) {
        const built = await shell(`ctr build -q -f ${file} --pull --build-context base=oci-layout://${layout} .`); // prettier-ignore
        assert.equal(built.code, 0, `${layout}: ${built.stderr}`);
        const { code, stdout, stderr } = await ctr('run', '--rm', built.stdout.trim());
        assert.deepEqual([code, stdout], [0, says], `${layout}: ${stderr}`);
      }
      const names = await ctr('images', '--format', '{{.Repository}}');
      assert.deepEqual(new Set(names.stdout.trim().split('\n')), new Set(['<none>', `${registry}/busybox`])); // prettier-ignore
      for (const [layout, why] of [
        ['layout', /holds several images/],
        ['layout:three', /three: is not in/],
        [`layout@sha256:${'0'.repeat(64)}`, /is not in/],
        ['layout@sha256:12', /is no digest/],
        ['nosuch', /nosuch/],
      ] as const) {
        const { code, stderr } = await shell(`ctr build -f base --build-context base=oci-layout://${layout} .`); // prettier-ignore
        assert.equal(code, 1, layout);
        assert.match(stderr, why, layout);
      }
    });
  });
}

test.run();
