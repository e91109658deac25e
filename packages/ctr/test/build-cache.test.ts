import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';

/** The number of steps that were found, of those that make files. */
const cachedRuns = (stderr: string): number => stderr.match(/RUN [^\n]*\n#\d+ CACHED\n/g)?.length ?? 0; // prettier-ignore

if (needs(...mainJob)) {
  test('another machine builds everything from a cache that went through a directory or a registry', async () => {
    await inWorld(async ({ shell, directory, registry }) => {
      const stamp = 'cat /proc/sys/kernel/random/uuid >';
      writeFileSync(join(directory, 'Dockerfile'), `FROM ${registry}/busybox AS a\nRUN ${stamp} /a\nFROM ${registry}/busybox\nCOPY --from=a /a /\nRUN ${stamp} /b\nCMD cat /a /b\n`); // prettier-ignore
      const build = (root: string, flags: string) =>
        shell(`export CTR_ROOT=$D/${root}; ctr build -t x ${flags} . && ctr run --rm x`);
      const to = await build('one', '--cache-to type=local,dest=cache --cache-to type=registry,ref=$R/cache:a,mode=max --cache-to $R/cache:b'); // prettier-ignore
      assert.equal(to.code, 0, to.stderr);
      assert.equal(cachedRuns(to.stderr), 0);
      for (const [root, from] of [
        ['two', 'type=local,src=cache'],
        ['three', 'type=registry,ref=$R/cache:a'],
        ['four', '$R/cache:b'],
      ] as const) {
        const { code, stdout, stderr } = await build(root, `--cache-from ${from}`);
        assert.equal(code, 0, stderr);
        assert.equal(cachedRuns(stderr), 2, stderr);
        assert.equal(stdout, to.stdout, from);
      }
      const none = await build('five', '--cache-from $R/cache:nosuch');
      assert.equal(none.code, 0, none.stderr);
      assert.match(none.stderr, /cache could not be imported/);
      assert.equal(cachedRuns(none.stderr), 0);
      assert.notEqual(none.stdout, to.stdout);
    });
  });

  test('a cache brings the contents of cache mounts along, and an image its own steps', async () => {
    await inWorld(async ({ shell, directory, registry }) => {
      const count = 'RUN --mount=type=cache,id=x,target=/c echo run >> /c/runs; cp /c/runs /runs';
      writeFileSync(join(directory, 'Dockerfile'), `FROM ${registry}/busybox\n${count}\nCMD wc -l < /runs\n`); // prettier-ignore
      const build = (root: string, flags: string) =>
        shell(`export CTR_ROOT=$D/${root}; ctr build -t $R/x ${flags} . && ctr run --rm $R/x`);
      const first = await build('one', '--cache-to type=local,dest=cache,mounts=true --cache-to type=inline --push'); // prettier-ignore
      assert.equal(first.code, 0, first.stderr);
      assert.equal(first.stdout, '1\n');
      const withMounts = await build('two', '--cache-from type=local,src=cache --no-cache');
      assert.equal(withMounts.stdout, '2\n', withMounts.stderr);
      const fromImage = await build('three', '--cache-from $R/x');
      assert.equal(cachedRuns(fromImage.stderr), 1, fromImage.stderr);
      assert.equal(fromImage.stdout, '1\n');
    });
  });

  test('places of caches that are none are refused before anything is built', async () => {
    await inWorld(async ({ ctr, directory }) => {
      writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\nLABEL a=b\n');
      for (const [flag, value, says] of [
        ['--cache-to', 'type=s3', /unknown type "s3": there is local, registry, gha, inline/],
        ['--cache-to', 'type=gha,url_v2=x', /invalid url_v2 "x"/],
        ['--cache-to', 'type=gha,ignore-error=1', /invalid ignore-error "1"/],
        ['--cache-from', 'type=inline', /unknown type "inline": there is local, registry, gha/],
        ['--cache-to', 'type=inline,mode=max', /an inline cache has no mode/],
        ['--cache-to', 'type=local,dest=x,mounts=yes', /invalid mounts "yes": it is true or false/],
        ['--cache-to', 'type=local', /dest is required/],
        ['--cache-from', 'type=local,dest=x', /unexpected key 'dest'.*there is type, src, ref/],
        ['--cache-from', 'src=x', /type is required/],
        ['--cache-to', 'type=registry', /ref is required/],
        ['--cache-to', 'type=registry,ref=x,mode=min', /unknown mode "min": there is max/],
        ['--cache-from', 'NOT/A/NAME', /invalid reference format/],
      ] as const) {
        const { code, stderr } = await ctr('build', flag, value, directory);
        assert.equal(code, 125, value);
        assert.match(stderr, says, value);
      }
      assert.equal((await ctr('images', '-aq')).stdout, '');
    });
  });
}

test.run();
