import assert from 'node:assert/strict';
import {
  assertNothingLeft,
  asUser,
  needs,
  pushBusybox,
  snapshotHost,
  startDebianRegistry,
  userDirectory,
} from '@ctrkit/testing';
import type { RunResult } from '@ctrkit/testing';
import { test } from 'uvu';
import { commandPath } from './fixture.ts';

interface UserWorld {
  readonly image: string;
  ctr: (...args: string[]) => Promise<RunResult>;
}

// Everything in the user's own directories: no CTR_ROOT, no CTR_RUN.
async function asNormalUser(use: (world: UserWorld) => Promise<void>): Promise<void> {
  const before = await snapshotHost();
  {
    await using server = await startDebianRegistry();
    await pushBusybox(server.origin, 'busybox');
    await using home = await userDirectory();
    await use({
      image: `${new URL(server.origin).host}/busybox`,
      ctr: (...args) =>
        asUser([process.execPath, commandPath('ctr'), ...args], { home: home.path }),
    });
  }
  await assertNothingLeft(before);
}

if (
  needs(
    ...(['user-namespaces', 'overlay-rootless', 'command:docker-registry'] as const),
    ...(['command:skopeo', 'file:/bin/busybox', 'file:packages/ctr/dist/bundle/bin.cjs'] as const),
  )
) {
  test('a normal user pulls and runs, as root of a namespace of their own', async () => {
    await asNormalUser(async ({ ctr, image }) => {
      const first = await ctr(
        'run',
        image,
        'sh',
        '-c',
        'id -u; hostname | wc -c; touch /new /tmp/x',
      );
      assert.deepEqual({ code: first.code, stdout: first.stdout }, { code: 0, stdout: '0\n13\n' });
      const map = await ctr('run', '--rm', image, 'cat', '/proc/self/uid_map');
      assert.match(map.stdout, /^\s+0\s+\d+\s+1\n$/);
      assert.equal(map.stderr, '');
    });
  });

  test('limits are not enforced, and that is said', async () => {
    await asNormalUser(async ({ ctr, image }) => {
      const limited = await ctr('run', '--rm', '-q', '-m', '32m', image, 'echo', 'ran');
      assert.equal(limited.stdout, 'ran\n');
      assert.match(limited.stderr, /WARNING: .*without limits/);
      const unlimited = await ctr('run', '--rm', image, 'true');
      assert.equal(unlimited.stderr, '');
    });
  });

  test('exit codes, ps and rm are those of root', async () => {
    await asNormalUser(async ({ ctr, image }) => {
      assert.equal((await ctr('run', '--name', 'one', image, 'sh', '-c', 'exit 9')).code, 9);
      assert.equal((await ctr('run', '--rm', image, 'nosuch')).code, 127);
      assert.match((await ctr('ps', '-a')).stdout, /Exited \(9\)/);
      assert.equal((await ctr('rm', 'one')).stdout, 'one\n');
      assert.equal((await ctr('ps', '-aq')).stdout, '');
    });
  });

  test('fork: of one at rest and of one that runs', async () => {
    await asNormalUser(async ({ ctr, image }) => {
      const script = 'echo one > /f; rm /bin/ls; mkdir /closed; touch /closed/x; chmod 0 /closed';
      await ctr('run', '--name', 'one', image, 'sh', '-c', script);
      const look = ['sh', '-c', 'cat /f; test -e /bin/ls || echo gone; ls /closed'] as const;
      for (const name of ['two', 'three']) {
        const fork = await ctr('fork', '--name', name, 'one', ...look);
        assert.deepEqual({ code: fork.code, stdout: fork.stdout }, { code: 0, stdout: 'one\ngone\nx\n' }, fork.stderr); // prettier-ignore
      }
      assert.match((await ctr('diff', 'three')).stdout, /^D \/bin\/ls$/m);
      await ctr(
        'fork',
        '-d',
        '--name',
        'running',
        'one',
        'sh',
        '-c',
        'echo more >> /f; sleep 1000',
      );
      for (let tries = 0; tries < 100; tries++) {
        if ((await ctr('exec', 'running', 'cat', '/f')).stdout === 'one\nmore\n') break;
      }
      assert.equal((await ctr('fork', '--rm', 'running', ...look)).stdout, 'one\nmore\ngone\nx\n');
      assert.equal((await ctr('start', '-a', 'two')).stdout, 'one\ngone\nx\n');
      assert.equal((await ctr('rm', '-f', 'one', 'two', 'three', 'running')).code, 0);
    });
  });

  test('files that deny their owner everything are removed with the container', async () => {
    await asNormalUser(async ({ ctr, image }) => {
      const script = 'mkdir -p /locked/in && touch /locked/in/x && chmod 000 /locked/in /locked';
      assert.equal((await ctr('run', '--rm', image, 'sh', '-c', script)).code, 0);
    });
  });

  test("a normal user's container lives as root's does", async () => {
    await asNormalUser(async ({ ctr, image }) => {
      const says = async (...args: string[]): Promise<string> => {
        const { code, stdout, stderr } = await ctr(...args);
        assert.equal(code, 0, `ctr ${args.join(' ')}: ${stderr}`);
        return stdout.trimEnd();
      };
      const obeying = 'trap "exit 3" TERM; echo up; while :; do sleep 0.1; done';
      await says('run', '-d', '-q', '--name', 'job', image, 'sh', '-c', obeying);
      while ((await says('logs', 'job')) !== 'up') continue;
      assert.equal(await says('exec', 'job', 'id', '-u'), '0');
      await says('stop', 'job');
      assert.equal(await says('wait', 'job'), '3');
      await says('start', 'job');
      assert.equal(await says('ps', '--format', '{{.Names}} {{.State}}'), 'job running');
      await says('rm', '-f', 'job');
      assert.match(await says('run', '--rm', '-t', image, 'tty'), /^\/dev\/pts\/\d+$/);
    });
  });

  test('a user that has no id here is refused with the reason', async () => {
    await asNormalUser(async ({ ctr, image }) => {
      const { code, stderr } = await ctr('run', '--rm', '-u', 'app', image, 'true');
      assert.equal(code, 125);
      assert.match(stderr, /user app has no id of its own/);
    });
  });

  test('the host network is shared when asked for', async () => {
    await asNormalUser(async ({ ctr, image }) => {
      const registry = image.split('/')[0];
      const { stdout } = await ctr('run', '--rm', '--network', 'host', image, 'wget', '-qO-', `http://${registry}/v2/`); // prettier-ignore
      assert.equal(stdout.trim(), '{}');
    });
  });
}

test.run();
