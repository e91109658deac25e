import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { commandPath, inWorld, mainJob } from './fixture.ts';
import type { World } from './fixture.ts';

type Line = readonly [text: string, stream?: 'stdout' | 'stderr', time?: string];

const record = ([log, stream = 'stdout', time = '2026-11-25T22:14:02.5Z']: Line): string =>
  `${JSON.stringify({ log, stream, time })}\n`;

/** Makes a container that has ended, and gives it a log of its own. Returns the path of that. */
async function withLog({ ctr, registry, env }: World, ...lines: Line[]): Promise<string> {
  const { stderr } = await ctr('run', '-q', '--name', 'web', `${registry}/busybox`, 'true');
  assert.equal(stderr, '');
  return logOf({ ctr, env }, ...lines);
}

async function logOf({ ctr, env }: Pick<World, 'ctr' | 'env'>, ...lines: Line[]): Promise<string> {
  const { stdout } = await ctr('ps', '-a', '-q', '--no-trunc');
  const path = join(env['CTR_ROOT'] ?? '', 'containers', stdout.trim(), 'log');
  writeFileSync(path, lines.map(record).join(''));
  return path;
}

type Started = ChildProcessByStdio<null, Readable, null>;

const start = ({ env }: World, ...args: string[]): Started =>
  spawn(process.execPath, [commandPath('ctr'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });

const linesOf = ({ stdout }: Started): (() => Promise<string | undefined>) => {
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return async () => (await lines.next()).value as string | undefined;
};

if (needs(...mainJob)) {
  test('each stream to its own, and all of it', async () => {
    await inWorld(async (world) => {
      await withLog(world, ['out\n'], ['err\n', 'stderr'], ['no newline']);
      const { code, stdout, stderr } = await world.ctr('logs', 'web');
      assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'out\nno newline', stderr: 'err\n' }); // prettier-ignore
      const together = await world.shell('ctr logs web 2>&1');
      assert.equal(together.stdout, 'out\nerr\nno newline');
    });
  });

  test('-t: the time before every line, padded; not within one', async () => {
    await inWorld(async (world) => {
      const part = 'x'.repeat(16 * 1024);
      await withLog(world, ['a\n'], [part], ['b\n', 'stderr'], ['end\n'], ['c\r\n', 'stdout', '2026-11-25T22:14:02.123456789Z']); // prettier-ignore
      const { stdout, stderr } = await world.ctr('logs', '-t', 'web');
      const time = '2026-11-25T22:14:02.500000000Z';
      assert.equal(stderr, `${time} b\n`);
      assert.equal(stdout, `${time} a\n${time} ${part}end\n2026-11-25T22:14:02.123456789Z c\r\n`);
    });
  });

  test('--tail, --since and --until; what cannot be is told in docker words, code 1', async () => {
    await inWorld(async (world) => {
      await withLog(
        world,
        ['1\n', 'stdout', '2026-11-25T10:00:01Z'],
        ['2\n', 'stdout', '2026-11-25T10:00:02Z'],
        ['3\n', 'stdout', '2026-11-25T10:00:03Z'],
        ['4\n', 'stdout', new Date().toISOString()],
      );
      for (const [args, expected] of [
        [['--tail', '2'], '3\n4\n'],
        [['-n2'], '3\n4\n'],
        [['-n', 'all'], '1\n2\n3\n4\n'],
        [['-n', '-1'], '1\n2\n3\n4\n'],
        [['--tail='], '1\n2\n3\n4\n'],
        [['-n', '0'], ''],
        [['--since', '2026-11-25T10:00:02Z', '--until', '2026-11-25T10:00:03Z'], '2\n3\n'],
        [['--until', '2026-11-25T10:00:02Z', '-n1'], '2\n'],
        [['--since', '10m', '--until', '-10m'], '4\n'],
        [['--since', '0', '--until', '0'], '1\n2\n3\n4\n'],
      ] as const) {
        const { stdout } = await world.ctr('logs', ...args, 'web');
        assert.equal(stdout, expected, args.join(' '));
      }
      for (const [args, said] of [
        [['--since', 'x'], 'invalid value for "since": failed to parse value as time or duration: "x"'], // prettier-ignore
        [['--until', '2026-13-01'], 'invalid value for "until": parsing time "2026-13-01": month out of range'], // prettier-ignore
        [['--tail', 'x'], 'tail value must be a positive integer or "all"'],
      ] as const) {
        const { code, stdout, stderr } = await world.ctr('logs', ...args, 'web');
        assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
        assert.equal(stderr.split('\n')[0], `ctr: ${said}`);
      }
    });
  });

  test('no such container: 1; one that never started: nothing', async () => {
    await inWorld(async ({ ctr, registry }) => {
      const unknown = await ctr('logs', 'nosuch');
      assert.equal(unknown.code, 1);
      assert.match(unknown.stderr, /No such container: nosuch\n$/);
      await ctr('run', '--name', 'kept', `${registry}/busybox`, 'nosuchcommand');
      for (const args of [
        ['logs', 'kept'],
        ['logs', '-f', 'kept'],
      ]) {
        // prettier-ignore
        const { code, stdout, stderr } = await ctr(...args);
        assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '', stderr: '' });
      }
    });
  });

  test('a reader that goes away ends it without a word, also while it waits', async () => {
    await inWorld(async (world) => {
      const many = Array.from({ length: 50_000 }, (_, number): Line => [`line ${number}\n`]);
      await withLog(world, ...many);
      const { stdout, stderr } = await world.shell('set +o pipefail; ctr logs web | head -n 1');
      assert.deepEqual({ stdout, stderr }, { stdout: 'line 0\n', stderr: '' });
      const codes = await world.shell('ctr logs web | true; echo ${PIPESTATUS[0]}');
      assert.equal(codes.stdout, '141\n');
    });
  });

  test('-f: what comes, until the container ends; Ctrl-C and a closed pipe end only the reader', async () => {
    await inWorld(async (world) => {
      const { ctr, registry } = world;
      const container = start(world, 'run', '-q', '--name', 'web', `${registry}/busybox`, 'sh', '-c', 'echo up; trap "exit 3" TERM; while :; do sleep 0.05; done'); // prettier-ignore
      await once(container.stdout, 'data');
      const path = await logOf(world, ['1\n']);
      const follower = start(world, 'logs', '-f', 'web');
      const interrupted = start(world, 'logs', '--follow', '--tail', '0', 'web');
      const piped = world.shell('ctr logs -f web | head -n 1');
      const [line, lineOfOther] = [linesOf(follower), linesOf(interrupted)];
      assert.equal(await line(), '1');
      const writing = setInterval(() => appendFileSync(path, record(['2\n'])), 20);
      assert.equal(await lineOfOther(), '2');
      interrupted.kill('SIGINT');
      assert.deepEqual(await once(interrupted, 'exit'), [null, 'SIGINT']);
      assert.deepEqual(await piped.then(({ stdout, stderr }) => [stdout, stderr]), ['1\n', '']);
      clearInterval(writing);
      assert.match((await ctr('ps')).stdout, /web\n$/);
      assert.equal(await line(), '2');
      const ended = once(follower, 'close');
      follower.stdout.resume();
      container.kill('SIGTERM');
      assert.deepEqual(await once(container, 'exit'), [3, null]);
      assert.deepEqual(await ended, [0, null]);
    });
  });

  test('the help is docker-like', async () => {
    await inWorld(async ({ ctr }) => {
      const { stdout } = await ctr('logs', '--help');
      assert.match(stdout, /^Usage: {2}ctr logs \[OPTIONS\] CONTAINER\n\nFetch the logs of a container\n/); // prettier-ignore
      assert.match(stdout, /-n, --tail string +Number of lines to show .* \(default "all"\)\n/);
      assert.equal((await ctr('logs')).code, 1);
    });
  });
}

test.run();
