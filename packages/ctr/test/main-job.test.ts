import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';

if (needs(...mainJob)) {
  test('run pulls, unpacks and runs; the second time nothing is downloaded', async () => {
    await inWorld(async ({ ctr, registry }) => {
      const first = await ctr('run', `${registry}/busybox`, 'echo', 'hi', 'there');
      assert.equal(first.stdout, 'hi there\n');
      assert.equal(first.code, 0);
      assert.match(first.stderr, /^Unable to find image '.*\/busybox:latest' locally\n/);
      const second = await ctr('run', `${registry}/busybox`, 'echo', 'hi', 'there');
      assert.deepEqual(
        { code: second.code, stdout: second.stdout, stderr: second.stderr },
        { code: 0, stdout: 'hi there\n', stderr: '' },
      );
    });
  });

  test("ls shows the container's own root, not the host's", async () => {
    await inWorld(async ({ ctr, registry }) => {
      const { stdout } = await ctr('run', '--rm', `${registry}/busybox`, 'ls', '/');
      const names = stdout.trim().split('\n');
      assert.deepEqual(
        ['bin', 'dev', 'etc', 'proc', 'sys', 'tmp'].filter((name) => !names.includes(name)),
        [],
      );
      assert.ok(!names.includes('lib64') && !names.includes('boot'));
    });
  });

  test('hello-world greets, and has no ls: 127, as docker', async () => {
    await inWorld(async ({ ctr, registry }) => {
      const greeting = await ctr('run', `${registry}/hello-world`);
      assert.equal(greeting.code, 0);
      assert.ok(greeting.stdout.split('\n').length > 3);
      const ls = await ctr('run', `${registry}/hello-world`, 'ls');
      assert.equal(ls.code, 127);
      assert.match(ls.stderr, /exec: "ls": executable file not found in \$PATH/);
      assert.equal(ls.stdout, '');
    });
  });

  test('exit codes are those of the program, and of docker where none ran', async () => {
    await inWorld(async ({ ctr, registry }) => {
      const image = `${registry}/busybox`;
      const codes = new Map([
        ['true', 0],
        ['false', 1],
        ['exit 7', 7],
        ['kill -9 $$; exit 3', 3], // the kernel protects the first process of a namespace
        ['sh -c "kill -9 \\$\\$"; exit $?', 137],
      ]);
      for (const [script, code] of codes) {
        const result = await ctr('run', '--rm', image, 'sh', '-c', script);
        assert.equal(result.code, code, script);
      }
      assert.equal((await ctr('run', '--rm', image, '/etc/passwd')).code, 126);
      assert.equal((await ctr('run', '--rm', image, '/etc')).code, 126);
      assert.equal((await ctr('run', '--rm', image, '/no/such')).code, 127);
      assert.equal((await ctr('run', '--rm', '--nosuchflag', image)).code, 125);
      assert.equal((await ctr('run')).code, 1);
    });
  });

  test('stdout and stderr stay apart, byte for byte', async () => {
    await inWorld(async ({ ctr, registry }) => {
      const script = 'printf "a\\000b\\377"; printf "err\\n" >&2; head -c 300000 /dev/zero';
      const { output, stderr } = await ctr('run', '--rm', '-q', `${registry}/busybox`, 'sh', '-c', script); // prettier-ignore
      assert.deepEqual(output.subarray(0, 4), Buffer.from([0x61, 0, 0x62, 0xff]));
      assert.equal(output.length, 300_004);
      assert.equal(stderr, 'err\n');
    });
  });

  test('ps, images, rm, pull: what docker prints', async () => {
    await inWorld(async ({ ctr, registry }) => {
      const image = `${registry}/busybox`;
      const pulled = await ctr('pull', image);
      assert.equal(pulled.stdout, `${image}:latest\n`);
      const said = pulled.stderr.split('\n');
      assert.deepEqual(said.slice(0, 2), [
        'Using default tag: latest',
        'latest: Pulling from busybox',
      ]);
      assert.match(said.at(-3) ?? '', /^Digest: sha256:[0-9a-f]{64}$/);
      assert.equal(said.at(-2), `Status: Downloaded newer image for ${image}:latest`);
      const again = await ctr('pull', `${image}:latest`);
      assert.match(again.stderr, /^latest: Pulling from busybox\n/);
      assert.match(again.stderr, /Status: Image is up to date for .*\/busybox:latest\n$/);
      assert.equal((await ctr('pull', '-q', image)).stderr, '');
      const images = await ctr('images');
      assert.match(
        images.stdout,
        /^REPOSITORY +TAG +IMAGE ID +CREATED +SIZE\n.*\/busybox +latest /,
      );
      await ctr('run', '--name', 'first', image, 'sh', '-c', 'exit 3');
      assert.equal((await ctr('ps')).stdout.trim().split('\n').length, 1);
      const all = await ctr('ps', '--all');
      assert.match(all.stdout, /^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES\n/);
      assert.match(all.stdout, /"sh -c 'exit 3'"|"sh -c exit 3"/);
      assert.match(all.stdout, /Exited \(3\) .* ago .*first\n$/);
      const twice = await ctr('run', '--name', 'first', image, 'true');
      assert.equal(twice.code, 125);
      assert.match(twice.stderr, /The container name "\/first" is already in use by container/);
      const [id = ''] = (await ctr('ps', '-aq')).stdout.split('\n');
      const removed = await ctr('rm', id, 'nosuch');
      assert.equal(removed.code, 1);
      assert.equal(removed.stdout, `${id}\n`);
      assert.match(removed.stderr, /No such container: nosuch/);
      assert.equal((await ctr('ps', '-aq')).stdout, '');
    });
  });

  test('one JSON object a line for programs, nothing else on stdout', async () => {
    await inWorld(async ({ ctr, registry }) => {
      await ctr('run', '--name', 'named', `${registry}/busybox`, 'true');
      const { stdout } = await ctr('ps', '-a', '--format', 'json');
      const row = JSON.parse(stdout) as Record<string, string>;
      assert.equal(row['Names'], 'named');
      assert.equal(row['State'], 'exited');
    });
  });

  test('users, variables, working directory and host name reach the program', async () => {
    await inWorld(async ({ ctr, shell, registry }) => {
      const image = `${registry}/busybox`;
      const id = await ctr('run', '--rm', '-u', 'app', image, 'id');
      assert.match(id.stdout, /^uid=1000\(app\) gid=1000\(app\) groups=.*29\(audio\)/);
      const numeric = await ctr('run', '--rm', '-u', '77:88', image, 'id');
      assert.match(numeric.stdout, /^uid=77 gid=88/);
      const env = await ctr('run', '--rm', '-e', 'A=1', '-e', 'A=2', '-h', 'box', image, 'env');
      assert.deepEqual(env.stdout.trim().split('\n').slice(1), [
        'HOSTNAME=box',
        'A=2',
        'HOME=/root',
      ]);
      const taken = await ctr(
        'run',
        '--rm',
        '-e',
        'PATH',
        '-e',
        'CTR_TEST_UNSET',
        image,
        '/usr/bin/env',
      );
      assert.match(taken.stdout, /^PATH=/m);
      const unset = await shell(
        `env -u PATH "$NODE" "$CTR" run --rm -e PATH $R/busybox /usr/bin/env`,
      );
      assert.doesNotMatch(unset.stdout, /PATH/, unset.stderr);
      assert.equal(unset.code, 0);
      const where = await ctr('run', '--rm', '-w', '/new/dir', image, 'pwd');
      assert.equal(where.stdout, '/new/dir\n');
      const nobody = await ctr('run', '--rm', '-u', 'nosuchuser', image, 'true');
      assert.equal(nobody.code, 125);
      assert.match(
        nobody.stderr,
        /unable to find user nosuchuser: no matching entries in passwd file/,
      );
    });
  });

  test("the caller's umask does not reach into the container", async () => {
    await inWorld(async ({ shell }) => {
      const inside = 'umask; stat -c %a / /bin /etc/hosts; cat /etc/hostname | wc -l';
      const { stdout } = await shell(`umask 077; ctr run --rm -u app $R/busybox sh -c '${inside}'`);
      assert.equal(stdout, '0022\n755\n755\n644\n1\n');
    });
  });

  test('two containers of one image do not see what the other writes', async () => {
    await inWorld(async ({ ctr, registry, env }) => {
      const image = `${registry}/busybox`;
      await ctr('run', image, 'sh', '-c', 'echo mine > /etc/passwd; rm /bin/ls; touch /new');
      const other = await ctr('run', image, 'sh', '-c', 'grep -c root /etc/passwd; ls /new');
      assert.match(other.stdout, /^1\n/);
      assert.match(other.stderr, /No such file/);
      // The shared layer itself is as it was unpacked.
      const layers = join(env['CTR_ROOT'] ?? '', 'layers/sha256');
      const [layer = ''] = readdirSync(layers);
      assert.ok(existsSync(join(layers, layer, 'fs/bin/ls')));
    });
  });

  test('--network host shows the host interfaces, none only loopback', async () => {
    await inWorld(async ({ ctr, registry }) => {
      const image = `${registry}/busybox`;
      const none = await ctr('run', '--rm', image, 'ls', '/sys/class/net');
      assert.equal(none.stdout, 'lo\n');
      const listening = await ctr('run', '--rm', '--network', 'host', image, 'wget', '-qO-', `http://${registry}/v2/`); // prettier-ignore
      assert.equal(listening.stdout.trim(), '{}');
    });
  });
}

test.run();
