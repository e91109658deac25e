import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertNothingLeft, asUser, makeBusyboxRootfs, needs, run, snapshotHost, userDirectory } from '@ctrkit/testing'; // prettier-ignore
import { test } from 'uvu';
import { commandPath } from './fixture.ts';

interface UserWorld {
  readonly home: string;
  /** Runs a line of shell as that user, in that directory. */
  readonly line: (text: string) => Promise<string>;
}

async function asNormalUser(use: (world: UserWorld) => Promise<void>): Promise<void> {
  const before = await snapshotHost();
  {
    await using home = await userDirectory();
    await makeBusyboxRootfs(join(home.path, 'rootfs'));
    const ctr = `ctr() { '${process.execPath}' '${commandPath('ctr')}' "$@"; }`;
    const line = async (text: string): Promise<string> => {
      const script = `cd; ${ctr}; ${text}`;
      const { code, stdout, stderr } = await asUser(['sh', '-c', script], { home: home.path });
      assert.equal(code, 0, `${text}: ${stderr}`);
      return stdout;
    };
    await run(['tar', '-C', join(home.path, 'rootfs'), '-cf', join(home.path, 'busybox.tar'), '.']);
    await line('ctr import busybox.tar busybox');
    await use({ home: home.path, line });
  }
  await assertNothingLeft(before);
}

const built = ['file:packages/ctr/dist/bundle/bin.cjs'] as const;

if (needs('user-namespaces', 'overlay-rootless', 'file:/bin/busybox', ...built)) {
  test('a normal user binds directories of their own, and of the machine what they may see', () =>
    asNormalUser(async ({ home, line }) => {
      await line('mkdir work && echo in > work/in');
      const out = await line('ctr run --rm -v ./work:/w busybox sh -c "cat /w/in; echo out > /w/out"'); // prettier-ignore
      assert.equal(out, 'in\n');
      assert.equal(readFileSync(join(home, 'work/out'), 'utf8'), 'out\n');
      assert.equal(statSync(join(home, 'work/out')).uid, statSync(home).uid);
      const whole = await line('ctr run --rm -v /:/host:ro busybox sh -c "test -d /host/etc && ! touch /host$HOME/x"'); // prettier-ignore
      assert.equal(whole, '');
    }));

  test('a normal user has volumes, filled from the image, and tmpfs', () =>
    asNormalUser(async ({ line }) => {
      const run = 'ctr run --rm -v data:/etc --tmpfs /t:size=1m --read-only busybox sh -c';
      assert.equal(await line(`${run} 'grep -c . /etc/group; echo 1 > /t/x; echo mine > /etc/mine'`), '6\n'); // prettier-ignore
      assert.equal(await line(`${run} 'cat /etc/mine; stat -c %u:%g /etc/passwd'`), 'mine\n0:0\n');
      assert.equal(await line('ctr volume ls -q'), 'data\n');
      assert.equal(await line('ctr volume rm data && ctr volume ls -q'), 'data\n');
    }));

  test('a normal user gives a source to the one user that there is', () =>
    asNormalUser(async ({ home, line }) => {
      mkdirSync(join(home, 'others'));
      await line('mkdir work && touch work/x && ctr run --rm -v ./work:/w:U busybox touch /w/y');
      // What is somebody else's cannot be given away by who is not root, and nothing runs.
      writeFileSync(join(home, 'others/file'), '');
      const failed = await line(
        'ctr run --rm -v ./others:/w:U busybox echo ran 2>&1 || echo code $?',
      );
      assert.match(failed, /fchownat .*EPERM[^]*code 125\n$/);
    }));

  test('files of a volume that deny their owner everything go with it', () =>
    asNormalUser(async ({ line }) => {
      await line('ctr run --rm -v data:/v busybox sh -c "mkdir -p /v/a/b && chmod 0 /v/a/b /v/a"');
      assert.equal(await line('ctr volume rm data && ls -A .local/share/ctr/trash'), 'data\n');
    }));
}

test.run();
