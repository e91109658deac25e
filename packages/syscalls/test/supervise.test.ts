import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { identityOf, isAlive } from '@ctrkit/durable';
import { encodePlan, Helper, runPlan, supervise } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { collect, failureOf, shell } from './plan-helpers.ts';
import {
  isEvent,
  send,
  spawning,
  start,
  stateOf,
  until,
  untilHeldUp,
  untilIdle,
  writtenBy,
} from './supervised.ts';

const textOf = async (stream: Readable | null): Promise<string> =>
  Buffer.concat(await collect<Buffer>(stream as Readable)).toString();

/** The numbers from 1 to this, a line each, and their digest. */
const numbers = (count: number): string =>
  Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('');
const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

test('a start and an end are told in order, with pid, time, code, signal', async () => {
  const helper = await send({}, shell('exit 3'));
  assert.equal(await helper.wait(), { code: 3, signal: 0, oomKilled: false });
  const [spawned, started] = [helper.reports('spawned'), helper.reports('started')];
  assert.is(spawned.length, 1);
  assert.is(started.length, 1);
  assert.is(spawned[0]?.pid, started[0]?.pid);
  assert.match(started[0]?.at ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
});

test('however short a program runs, its start is told', async () => {
  const runs = Array.from({ length: 100 }, async () => {
    const helper = await send({}, shell('kill -9 $$'));
    assert.is((await helper.wait()).signal, 9);
    return helper.reports('started').length;
  });
  assert.equal(await Promise.all(runs), Array(100).fill(1));
});

test('reports of the program-to-be come whole, however often', async () => {
  const passwd: Operation = { op: 'read', path: '/etc/passwd', limit: 1 << 20 };
  for (let count = 0; count < 30; count++) {
    const helper = new Helper('supervise');
    await helper.write(supervise(), spawning, { op: 'root', path: '/' }, passwd, passwd);
    await helper.report(isEvent('spawned'));
    helper.end();
    await helper.wait().catch(() => {});
    const files = helper.reports('file').map((file) => 'bytes' in file && sha256(file.bytes));
    assert.equal(files, Array(2).fill(sha256(readFileSync('/etc/passwd'))));
  }
});

test('a program that is killed before it starts has not started, and leaves no supervisor', async () => {
  const helper = new Helper('supervise');
  await helper.write(supervise(), spawning);
  const spawned = await helper.report(isEvent('spawned'));
  process.kill(spawned?.pid ?? 0, 'SIGKILL');
  assert.equal(await helper.wait(), { code: 137, signal: 9, oomKilled: false });
  assert.equal(helper.reports('started'), []);
});

test('a supervisor that is killed takes along what has not started', async () => {
  const helper = new Helper('supervise');
  await helper.write(supervise(), spawning);
  const spawned = await helper.report(isEvent('spawned'));
  const identity = identityOf(spawned?.pid ?? 0);
  helper.kill('SIGKILL');
  await helper.write(shell('exec sleep 1000'));
  helper.end();
  assert.is(await failureOf(helper.wait().catch(() => {})), 'success');
  assert.ok(identity);
  await until('the end of the child', () => !isAlive(identity));
});

test('what a supervisor holds of its author is what it was given to attach', async () => {
  const attached = { stdin: false, stdout: true, stderr: false };
  const { helper, pid } = await start(
    { stdio: ['pipe', 'pipe', 'pipe'], attached, tied: false },
    shell('exec sleep 1000'),
  );
  // Of its streams stderr and stdin are nobody's any more.
  assert.is(await textOf(helper.stderr), '');
  const open = [0, 1, 2].map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  assert.equal(open, Array(3).fill('/dev/null'));
  helper.kill('SIGTERM');
  assert.is((await helper.wait()).signal, 15);
});

test('inherited streams are the program’s alone: they end when it closes them', async () => {
  const { helper } = await start(
    { streams: 'inherited', stdio: ['ignore', 'pipe', 'inherit'] },
    shell('echo said; exec sleep 1000 >&-'),
  );
  assert.is(await textOf(helper.stdout), 'said\n');
  helper.kill('SIGTERM');
  assert.is((await helper.wait()).signal, 15);
});

test('a program without stdin reads nothing of its supervisor’s', async () => {
  const { helper } = await start(
    { stdio: ['pipe', 'pipe', 'inherit'], attached: { stdin: true, stdout: true } },
    shell('cat; echo end'),
  );
  helper.stdin?.on('error', () => {});
  helper.stdin?.end('not for you\n');
  assert.is(await textOf(helper.stdout), 'end\n');
  assert.is((await helper.wait()).code, 0);
});

for (const input of ['once', 'open'] as const) {
  test(`stdin comes byte by byte, and ${input === 'once' ? 'ends with its client' : 'stays open'}`, async () => {
    const text = numbers(300_000);
    const line = input === 'once' ? 'sha256sum' : `head -c ${text.length} | sha256sum; exec cat`;
    const { helper, pid } = await start(
      { stdio: ['pipe', 'pipe', 'inherit'], input, attached: { stdin: true, stdout: true } },
      shell(line),
    );
    helper.stdin?.end(text);
    const [sum] = (await once(helper.stdout as Readable, 'data')) as [Buffer];
    assert.is(String(sum).split(' ')[0], sha256(text));
    if (input === 'open') {
      await untilIdle(pid);
      helper.kill('SIGTERM');
    }
    assert.is((await helper.wait()).signal, input === 'open' ? 15 : 0);
  });
}

test('a program that does not read its stdin costs its supervisor nothing, and hears signals', async () => {
  const { helper, pid } = await start(
    { stdio: ['pipe', 'ignore', 'inherit'], input: 'open', attached: { stdin: true } },
    shell('exec sleep 1000'),
  );
  helper.stdin?.on('error', () => {});
  helper.stdin?.write(Buffer.alloc(3_000_000));
  await untilIdle(pid);
  helper.kill('SIGTERM');
  assert.is((await helper.wait()).signal, 15);
});

test('a program that closed its stdin costs its supervisor nothing', async () => {
  const { helper, pid } = await start(
    { stdio: ['pipe', 'ignore', 'inherit'], input: 'open', attached: { stdin: true } },
    shell('exec sleep 1000 <&-'),
  );
  helper.stdin?.on('error', () => {});
  helper.stdin?.write(Buffer.alloc(3_000_000));
  await untilIdle(pid);
  helper.kill('SIGTERM');
  assert.is((await helper.wait()).signal, 15);
});

test('an owner that reads slowly holds the program up, and loses nothing', async () => {
  const count = 1_000_000;
  const { helper, pid, program } = await start(
    { stdio: ['ignore', 'pipe', 'inherit'], tied: true },
    shell(`exec seq ${count}`),
  );
  await untilHeldUp(program);
  assert.ok(writtenBy(program) < 1_000_000, String(writtenBy(program)));
  await untilIdle(pid);
  assert.is(sha256(await textOf(helper.stdout)), sha256(numbers(count)));
  assert.is((await helper.wait()).code, 0);
});

test('an owner that does not read keeps no signal from the program, and its end is recorded', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'exit.json');
  const plan = encodePlan([{ op: 'record-exit', paths: [path] }]);
  const { helper, program } = await start(
    { stdio: ['ignore', 'pipe', 'inherit'], first: [{ op: 'at-end', plan }] },
    shell('exec yes'),
  );
  await untilHeldUp(program);
  helper.kill('SIGTERM');
  await until('the record', () => existsSync(path));
  assert.equal(helper.reports('exited'), [], 'it is told with the last of the output');
  assert.match(await textOf(helper.stdout), /^(y\n)+y?$/);
  assert.is((await helper.wait()).signal, 15);
});

test('whoever is not the owner holds nobody up: what it has not read waits for it on the disk', async () => {
  await using directory = await temporaryDirectory();
  const count = 3_000_000;
  const { helper, program } = await start(
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      tied: false,
      first: [{ op: 'log', directory: directory.path, size: 1n << 40n, files: 1 }],
    },
    shell(`exec seq ${count}`),
  );
  await until('the end of the program', () => ['Z', undefined].includes(stateOf(program)));
  assert.equal(readdirSync(directory.path), ['log'], 'in a file without a name');
  assert.is(sha256(await textOf(helper.stdout)), sha256(numbers(count)));
  assert.is((await helper.wait()).code, 0);
  assert.equal(helper.reports('skipped'), []);
});

test('an author that is gone before the start of what is not tied to it is missed by nobody', async () => {
  await using directory = await temporaryDirectory();
  const log = join(directory.path, 'log');
  const helper = new Helper('supervise', { stdio: ['ignore', 'ignore', 'ignore'] });
  await helper.write(
    { op: 'log', directory: directory.path, size: 1n << 30n, files: 1 },
    supervise({ streams: 'pipes', attached: {}, tied: false }),
    spawning,
  );
  await helper.report(isEvent('spawned'));
  await helper.write(shell('echo here; sleep 0.2; echo still here'));
  helper.release();
  await until('the end', () => existsSync(log) && readFileSync(log, 'utf8').includes('still'));
  // What would have been reported went nowhere else.
  const texts = readFileSync(log, 'utf8').trim().split('\n');
  assert.equal(
    texts.map((line) => (JSON.parse(line) as { log: string }).log),
    ['here\n', 'still here\n'],
  );
});

test('flags of streams that others have too stay as they are', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'fifo');
  execFileSync('mkfifo', [path]);
  const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const fd = openSync(path, 'w');
  const flags = (): string => readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8').split('\n')[1] ?? '';
  const before = flags();
  const { helper } = await start({ stdio: ['ignore', fd, fd] }, shell('exec seq 100000'));
  assert.is(flags(), before);
  const read = textOf(reader.stdout);
  assert.is((await helper.wait()).code, 0);
  assert.is(flags(), before);
  closeSync(fd);
  assert.is(sha256(await read), sha256(numbers(100_000)));
});

test('more than 16 detach keys are refused, and nothing starts', async () => {
  const plan = [supervise({ detachKeys: Buffer.alloc(17, 1) }), spawning, shell('true')];
  assert.is(await failureOf(runPlan('supervise', plan)), 'supervise EINVAL');
});

test('a supervisor of a running program takes no more than 0.2 MB of memory, before and after much output', async () => {
  await using directory = await temporaryDirectory();
  const count = 20;
  const all = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const own = join(directory.path, String(index));
      mkdirSync(own);
      const first: Operation[] = [
        { op: 'log', directory: own, size: 1n << 20n, files: 2 },
        { op: 'listen', directory: own },
      ];
      const script = 'echo ready; read line; seq 100000; echo done; exec sleep 1000';
      const stdio = ['pipe', 'ignore', 'ignore'] as const;
      return start({ first, stdio, input: 'open', attached: { stdin: true } }, shell(script));
    }),
  );
  // Those that a page belongs to share it: the size that counts is the proportional one.
  const mean = (): number =>
    all.reduce(
      (sum, { pid }) =>
        sum +
        Number(/^Pss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]),
      0,
    ) / count;
  const before = mean();
  for (const { helper } of all) helper.stdin?.write('go\n');
  const isDone = (_: unknown, index: number): boolean =>
    readFileSync(join(directory.path, String(index), 'log'), 'utf8').includes('done');
  await until('much output', () => all.every(isDone));
  const after = mean();
  for (const { helper } of all) helper.kill('SIGTERM');
  await Promise.all(all.map(({ helper }) => helper.wait()));
  assert.ok(before <= 200 && after <= 200, `${before} kB, then ${after} kB`);
});

test.run();
