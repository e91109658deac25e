import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  assertNothingLeft,
  asUser,
  makeBusyboxRootfs,
  needs,
  run,
  snapshotHost,
  temporaryDirectory,
} from '@ctrkit/testing';
import { test } from 'uvu';
import { expected, facts, probe } from './sandbox-probe.ts';

const bin = new URL('../src/bin.ts', import.meta.url).pathname;
const nsExec = [process.execPath, '--import', import.meta.resolve('tsx'), '--conditions=@ctrkit/source', bin] as const; // prettier-ignore

async function inRootfs(use: (rootfs: string) => Promise<void>): Promise<void> {
  const before = await snapshotHost();
  {
    await using directory = await temporaryDirectory({ traversable: true });
    const rootfs = join(directory.path, 'rootfs');
    await makeBusyboxRootfs(rootfs);
    await use(rootfs);
  }
  await assertNothingLeft(before);
}

if (needs('root', 'file:/bin/busybox')) {
  test('the default sandbox as root: what a program finds', async () => {
    await inRootfs(async (rootfs) => {
      const result = await run([...nsExec, rootfs, '--', 'sh', '-c', probe]);
      assert.equal(result.stderr, '');
      const found = facts(result).filter((line) => !line.startsWith('processes'));
      assert.deepEqual(found, expected);
    });
  });

  test('only the processes of the container are seen', async () => {
    await inRootfs(async (rootfs) => {
      const { stdout } = await run([...nsExec, rootfs, '--', 'ls', '/proc']);
      assert.deepEqual(
        stdout.split('\n').filter((name) => /^\d+$/.test(name)),
        ['1'],
      );
    });
  });

  test('descriptors that the caller left open do not reach the program (CVE-2024-21626)', async () => {
    await inRootfs(async (rootfs) => {
      const leaky = 'exec 9</etc/shadow 17</etc 40</etc/passwd; exec "$@"';
      const command = [...nsExec, rootfs, '--', 'ls', '/proc/self/fd'];
      const { stdout } = await run(['bash', '-c', leaky, '_', ...command]);
      assert.equal(stdout, '0\n1\n2\n3\n');
    });
  });

  test("the host's environment does not reach the program", async () => {
    await inRootfs(async (rootfs) => {
      const env = { ...process.env, SECRET: 'x', LD_PRELOAD: '/nonexistent.so' };
      const { stdout } = await run([...nsExec, '-e', 'GIVEN=1', rootfs, '--', 'env'], { env });
      assert.ok(!stdout.includes('SECRET'));
      assert.ok(!stdout.includes('LD_PRELOAD'));
      assert.ok(stdout.includes('GIVEN=1'));
    });
  });

  test('nothing is mounted on the host while a container runs', async () => {
    await inRootfs(async (rootfs) => {
      // A namespace of mounts that only this test looks at, and that every mount would spread to.
      const script =
        'mount --make-rprivate / && mount --make-rshared / && mounts() { cat /proc/self/mountinfo; } && ' +
        'mounts >"$1" && { "${@:2}" & } && sleep 1 && mounts | diff "$1" - && wait $!';
      const list = join(rootfs, '..', 'mounts');
      const inner = [...nsExec, rootfs, '--', 'sleep', '2'];
      const result = await run(['unshare', '--mount', 'bash', '-c', script, '_', list, ...inner]);
      assert.deepEqual({ code: result.code, stdout: result.stdout }, { code: 0, stdout: '' });
    });
  });

  test('a working directory that is a link to a descriptor stays inside', async () => {
    await inRootfs(async (rootfs) => {
      await run(['ln', '-s', '/proc/self/fd/5', join(rootfs, 'out')]);
      const { stdout } = await run([
        ...nsExec,
        rootfs,
        '--',
        'sh',
        '-c',
        'ls /out /proc/self/cwd/',
      ]);
      assert.ok(!stdout.includes('shadow'));
    });
  });

  test('an image whose /dev is a symbolic link is refused, and the host keeps its /dev', async () => {
    await inRootfs(async (rootfs) => {
      await run(['rm', '-rf', join(rootfs, 'dev')]);
      await run(['ln', '-s', '/etc', join(rootfs, 'dev')]);
      const result = await run([...nsExec, rootfs, '--', 'true']);
      assert.equal(result.code, 125);
      assert.match(result.stderr, /\/dev/);
      assert.match(result.stderr, /ELOOP/);
    });
  });

  test("nobody in a container changes the host's /dev/null, by a mask or by a stream", async () => {
    await inRootfs(async (rootfs) => {
      const host = (): string => {
        const { mode, uid, gid, mtimeMs } = statSync('/dev/null');
        return [mode.toString(8), uid, gid, mtimeMs].join(' ');
      };
      const before = host();
      const script =
        'for path in /proc/keys /proc/interrupts /proc/self/fd/0; do ' +
        'chmod 600 $path; chown 1000 $path; touch -d 2001-01-01 $path; done; echo x >/dev/null && echo works';
      const { stdout } = await run(['sh', '-c', '"$@" </dev/null', '_', ...nsExec, rootfs, '--', 'sh', '-c', script]); // prettier-ignore
      assert.equal(stdout, 'works\n');
      assert.equal(host(), before);
    });
  });

  test('/proc/self/exe of the start is a sealed copy and not the helper (CVE-2019-5736)', async () => {
    await inRootfs(async (rootfs) => {
      const result = await run([...nsExec, rootfs, '--', '/proc/self/exe', 'tree']);
      // The copy runs, finds no plan, and says so; the file on the host was never within reach.
      assert.equal(result.code, 125);
      assert.match(result.stderr, /is not run by hand/);
    });
  });

  test('--read-only makes the root read-only and leaves /dev alone', async () => {
    await inRootfs(async (rootfs) => {
      const script = 'touch /x; echo $?; echo ok > /dev/null; echo $?';
      const { stdout } = await run([...nsExec, '--read-only', rootfs, '--', 'sh', '-c', script]);
      assert.equal(stdout, '1\n0\n');
    });
  });
}

if (needs('user-namespaces', 'overlay-rootless', 'file:/bin/busybox')) {
  test('the default sandbox of a normal user: what a program finds', async () => {
    await inRootfs(async (rootfs) => {
      const result = await asUser([...nsExec, rootfs, '--', 'sh', '-c', probe]);
      assert.equal(result.stderr, '');
      const found = facts(result).filter((line) => !line.startsWith('processes'));
      const own = expected.map((line) => (line.startsWith('NoNew') ? 'NoNewPrivs:\t1' : line));
      assert.deepEqual(found, own);
    });
  });
}

test.run();
