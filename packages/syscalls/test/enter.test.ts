import { readFileSync, readlinkSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { identityOf } from '@ctrkit/durable';
import { cloneFlags, Helper, runPlan, supervise } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { collect, failureOf, ownUserNamespace, shell } from './plan-helpers.ts';
import { isEvent, spawning, start } from './supervised.ts';
import type { Supervised } from './supervised.ts';

const uid = process.getuid?.() ?? 0;
const asRoot: Operation[] = uid === 0 ? [] : ownUserNamespace();
const flags = cloneFlags.pid | cloneFlags.uts | cloneFlags.ipc;
const joined = uid === 0 ? flags : flags | cloneFlags.user;

/** Starts something with namespaces of its own that can be entered. */
async function container(): Promise<Supervised> {
  const helper = new Helper('supervise', { stdio: ['ignore', 'ignore', 'inherit'] });
  await helper.write(
    supervise({ streams: 'pipes', attached: {} }),
    ...asRoot,
    { op: 'spawn', namespaces: flags },
    { op: 'hostname', name: 'inside' },
    shell('sleep 1000 & wait'),
  );
  helper.end();
  const started = await helper.report(isEvent('started'));
  assert.ok(started);
  return { helper, pid: helper.pid, program: started?.pid ?? 0 };
}

const startTimeOf = (pid: number): string => identityOf(pid)?.startTime ?? '0';

const target = (pid: number, startTime = startTimeOf(pid)): Operation => ({
  op: 'target',
  pid,
  startTime,
});

/** What a line of shell writes inside. */
async function output({ program }: Supervised, script: string): Promise<string> {
  const helper = new Helper('supervise', { stdio: ['ignore', 'pipe', 'inherit'] });
  await helper.write(
    supervise({ mode: 'enter', streams: 'pipes' }),
    target(program),
    { op: 'join-namespaces', flags: joined },
    spawning,
    { op: 'session' },
    shell(script),
  );
  helper.end();
  const text = Buffer.concat(await collect<Buffer>(helper.stdout as Readable)).toString();
  await helper.wait();
  return text;
}

async function end({ helper, program }: Supervised): Promise<void> {
  process.kill(program, 'SIGKILL');
  await helper.wait();
}

if (needs(uid === 0 ? 'root' : 'user-namespaces')) {
  test('one more process of a container: in all of its namespaces, with none of our descriptors', async () => {
    const one = await container();
    const kinds = ['pid', 'uts', 'ipc'];
    const links = kinds.map((kind) => `readlink /proc/self/ns/${kind}`).join('; ');
    const text = await output(one, `hostname; echo $$; ${links}; ls -m /proc/self/fd`);
    const [hostname, pid, ...rest] = text.trim().split('\n');
    assert.is(hostname, 'inside');
    assert.ok(Number(pid) > 1 && Number(pid) < 20, pid);
    const namespaces = kinds.map((kind) => readlinkSync(`/proc/${one.program}/ns/${kind}`));
    assert.equal(rest, [...namespaces, '0, 1, 2, 3']);
    await end(one);
  });

  test('it has a parent outside, ends by itself, and the container goes on', async () => {
    const one = await container();
    assert.is(await output(one, 'echo said; exit 4'), 'said\n');
    assert.match(readFileSync(`/proc/${one.program}/status`, 'utf8'), /State:\tS/);
    await end(one);
  });

  test('it ends with the container', async () => {
    const one = await container();
    const helper = new Helper('supervise', { stdio: ['ignore', 'pipe', 'inherit'] });
    await helper.write(
      supervise({ mode: 'enter' }),
      target(one.program),
      { op: 'join-namespaces', flags: joined },
      spawning,
      shell('exec sleep 1000'),
    );
    helper.end();
    assert.ok(await helper.report(isEvent('started')));
    await end(one);
    assert.is((await helper.wait()).signal, 9);
  });
}

test('a process is known by its start too: a number that is another’s by now is not entered', async () => {
  const { helper, program } = await start({ attached: {} }, shell('exec sleep 1000'));
  const startTime = startTimeOf(program);
  const enter = (...plan: Operation[]): Promise<string> => failureOf(runPlan('enter', plan));
  assert.is(await enter(target(program)), 'end ECANCELED');
  for (const other of [
    String(Number(startTime) - 1),
    `${startTime}0`,
    startTime.slice(0, -1),
    '',
    'x',
  ]) {
    assert.is(await enter(target(program, other)), 'target ESRCH', other);
  }
  helper.kill('SIGKILL');
  await helper.wait().catch(() => {});
  process.kill(program, 'SIGKILL');
});

test('a process that has ended, also where nobody has waited for it yet, is not entered', async () => {
  const { helper, pid, program } = await start({ attached: {} }, shell('exec sleep 1000'));
  const there = target(program);
  process.kill(pid, 'SIGSTOP');
  process.kill(program, 'SIGKILL');
  const join: Operation = { op: 'join-namespaces', flags: cloneFlags.uts };
  assert.match(await failureOf(runPlan('enter', [there, join])), /ESRCH$/);
  process.kill(pid, 'SIGCONT');
  await helper.wait();
  assert.is(await failureOf(runPlan('enter', [there, join])), 'target ESRCH');
});

test('what enters must know whom: namespaces of nobody are not joined', async () => {
  const join: Operation = { op: 'join-namespaces', flags: cloneFlags.uts };
  assert.is(await failureOf(runPlan('enter', [join])), 'join-namespaces EBADF');
});

test.run();
