import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { needs, run } from '@ctrkit/testing';
import { test } from 'uvu';
import { commandPath, inWorld, mainJob } from './fixture.ts';
import type { World } from './fixture.ts';

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

const startRun = ({ env, registry }: World, ...args: string[]): ReturnType<typeof spawn> =>
  spawn(process.execPath, [commandPath('ctr'), 'run', '-q', `${registry}/busybox`, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });

async function helperOf(run: ReturnType<typeof spawn>): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const helper = childrenOf(run.pid ?? 0).find((pid) => childrenOf(pid).length > 0);
    if (helper !== undefined) return helper;
    await sleep(50);
  }
  throw new Error('no helper came up');
}

// What a fresh command must find: it works, and after it nothing half-made is there.
async function assertWhole({ ctr, registry, env }: World): Promise<void> {
  const next = await ctr('run', '--rm', '-q', `${registry}/busybox`, 'echo', 'works');
  assert.deepEqual({ code: next.code, stdout: next.stdout }, { code: 0, stdout: 'works\n' });
  const { stdout } = await ctr('ps', '-a', '--format', 'json');
  for (const line of stdout.split('\n').filter(Boolean)) {
    assert.notEqual((JSON.parse(line) as { State: string }).State, 'running');
  }
  const root = env['CTR_ROOT'] ?? '';
  for (const directory of ['containers', 'names', 'trash', 'ingest', 'layers/sha256']) {
    const odd = readdirSync(join(root, directory)).filter((name) => name.includes('tmp'));
    assert.deepEqual(odd, [], directory);
  }
}

async function isGone(pid: number): Promise<boolean> {
  const deadline = Date.now() + 2000;
  while (existsSync(`/proc/${pid}`) && Date.now() < deadline) await sleep(20);
  return !existsSync(`/proc/${pid}`);
}

if (needs(...mainJob)) {
  test('kill -9 of ctr at any moment: the next command works and nothing stays', async () => {
    await inWorld(async (world) => {
      for (const delay of [20, 60, 100, 140, 180, 220, 260, 300, 350, 400, 500, 700]) {
        const run = startRun(world, 'sleep', '30');
        await sleep(delay);
        run.kill('SIGKILL');
        await once(run, 'exit');
      }
      await assertWhole(world);
    });
  });

  for (const [what, script] of [
    ['a program', 'echo up; sleep 1000'],
    // Changing ids clears it (prctl(2)).
    [
      'a program whose parent-death signal the kernel forgot',
      'exec su app -c "echo up; exec sleep 1000"',
    ],
  ] as const) {
    test(`kill -9 of ctr ends ${what}`, async () => {
      await inWorld(async (world) => {
        const run = startRun(world, 'sh', '-c', script);
        await once(run.stdout ?? run, 'data');
        const [container = 0] = childrenOf(await helperOf(run));
        run.kill('SIGKILL');
        await once(run, 'exit');
        assert.ok(await isGone(container));
        await assertWhole(world);
      });
    });
  }

  test('kill -9 of the helper ends the container and ctr says so', async () => {
    await inWorld(async (world) => {
      const run = startRun(world, 'sh', '-c', 'echo up; sleep 1000');
      await once(run.stdout ?? run, 'data');
      process.kill(await helperOf(run), 'SIGKILL');
      const [code] = (await once(run, 'exit')) as [number];
      assert.equal(code, 125);
      await assertWhole(world);
    });
  });

  test('a program that ignores Ctrl-C is killed at the third', async () => {
    await inWorld(async (world) => {
      const run = startRun(world, 'sh', '-c', 'trap "" INT; echo up; sleep 1000');
      await once(run.stdout ?? run, 'data');
      const ended = once(run, 'exit') as Promise<[number]>;
      for (let i = 0; i < 3; i++) {
        run.kill('SIGINT');
        await sleep(200);
      }
      const [code] = await ended;
      assert.equal(code, 137);
    });
  });

  test('SIGTERM goes to the program, whose answer counts', async () => {
    await inWorld(async (world) => {
      const run = startRun(
        world,
        'sh',
        '-c',
        'trap "exit 5" TERM; echo up; while :; do sleep 0.1; done',
      );
      await once(run.stdout ?? run, 'data');
      run.kill('SIGTERM');
      const [code] = (await once(run, 'exit')) as [number];
      assert.equal(code, 5);
    });
  });

  test('a signal at any moment ends what is being made, and nothing of it stays', async () => {
    await inWorld(async (world) => {
      await world.ctr('pull', `${world.registry}/busybox`);
      const image = `${world.registry}/busybox`;
      for (const delay of [50, 60, 70, 80, 90, 100, 110, 120, 140, 160, 180, 200]) {
        // The program ends by itself only where no signal came: the first process of a namespace minds it only with a trap.
        const script = 'trap "exit 143" TERM; sleep 3 & wait; exit 9';
        const run = spawn(process.execPath, [commandPath('ctr'), 'run', '--rm', image, 'sh', '-c', script], { env: world.env, stdio: 'ignore' }); // prettier-ignore
        await sleep(delay);
        run.kill('SIGTERM');
        const again = setInterval(() => run.kill('SIGTERM'), 300);
        const [code, signal] = (await once(run, 'exit')) as [number | null, string | null];
        clearInterval(again);
        assert.ok(code === 143 || signal === 'SIGTERM', `${delay} ms: ${code} ${signal}`);
        assert.equal((await world.ctr('ps', '-aq')).stdout, '');
      }
      await assertWhole(world);
    });
  });

  test('rm of a container that is being started is refused, and does it no harm', async () => {
    await inWorld(async (world) => {
      const image = `${world.registry}/busybox`;
      await world.ctr('pull', image);
      for (const delay of [0, 20, 40]) {
        const run = world.ctr('run', '--name', 'new', image, 'sleep', '1000');
        const names = join(world.env['CTR_ROOT'] ?? '', 'names');
        while (!readdirSync(names).includes('new')) await sleep(1);
        await sleep(delay);
        const removed = await world.ctr('rm', 'new');
        assert.equal(removed.code, 1, removed.stdout);
        assert.match(
          removed.stderr,
          /cannot remove a running container|No such container|is being started/,
        );
        while ((await world.ctr('kill', 'new')).code !== 0) await sleep(20);
        assert.equal((await run).code, 137);
        assert.equal((await world.ctr('rm', 'new')).code, 0);
      }
    });
  });

  test('several killed with -9, then several at once: all of them work', async () => {
    await inWorld(async (world) => {
      const image = `${world.registry}/busybox`;
      await world.ctr('pull', image);
      const killed = Array.from({ length: 6 }, async () => {
        const run = spawn(process.execPath, [commandPath('ctr'), 'run', '--rm', image, 'sh', '-c', 'echo up; sleep 1000'], { env: world.env, stdio: ['ignore', 'pipe', 'ignore'] }); // prettier-ignore
        await once(run.stdout, 'data');
        run.kill('SIGKILL');
        await once(run, 'exit');
      });
      await Promise.all(killed);
      const results = await Promise.all(
        Array.from({ length: 5 }, (_, i) => world.ctr('run', '--rm', image, 'echo', String(i))),
      );
      for (const [i, { code, stdout, stderr }] of results.entries()) {
        assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: `${i}\n`, stderr: '' });
      }
      await assertWhole(world);
      assert.equal((await world.ctr('ps', '-aq')).stdout, '');
    });
  });

  test('what cannot be deleted fails neither run nor rm: they say so', async () => {
    await inWorld(async (world) => {
      const image = `${world.registry}/busybox`;
      await world.ctr('run', '--name', 'old', image, 'true');
      const stuck = join(world.env['CTR_ROOT'] ?? '', 'trash/stuck');
      mkdirSync(stuck, { recursive: true });
      await run(['mount', '-t', 'tmpfs', 'none', stuck]);
      try {
        const ran = await world.ctr('run', '--rm', image, 'sh', '-c', 'echo hi; exit 3');
        assert.deepEqual([ran.code, ran.stdout], [3, 'hi\n']);
        assert.match(ran.stderr, /^WARNING: .*trash\/stuck/);
        const removed = await world.ctr('rm', 'old');
        assert.deepEqual([removed.code, removed.stdout], [0, 'old\n']);
        assert.match(removed.stderr, /^WARNING: .*trash\/stuck/);
      } finally {
        await run(['umount', stuck]);
      }
      await assertWhole(world);
      assert.deepEqual(readdirSync(join(world.env['CTR_ROOT'] ?? '', 'trash')), []);
    });
  });

  test('twenty at once: each runs, one download, nothing left', async () => {
    await inWorld(async (world) => {
      const runs = Array.from({ length: 20 }, (_, i) =>
        world.ctr('run', '--rm', '-q', `${world.registry}/busybox`, 'echo', String(i)),
      );
      const results = await Promise.all(runs);
      assert.deepEqual(
        results.map(({ stdout }) => stdout),
        results.map((_, i) => `${i}\n`),
      );
      await assertWhole(world);
    });
  });

  test('of several that want one name, one gets it', async () => {
    await inWorld(async (world) => {
      await world.ctr('pull', `${world.registry}/busybox`);
      const runs = Array.from({ length: 8 }, () =>
        world.ctr('run', '--name', 'wanted', `${world.registry}/busybox`, 'true'),
      );
      const codes = (await Promise.all(runs)).map(({ code }) => code);
      assert.equal(codes.filter((code) => code === 0).length, 1);
      assert.equal(codes.filter((code) => code === 125).length, 7);
    });
  });
}

test.run();
