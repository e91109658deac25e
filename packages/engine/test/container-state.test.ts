import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { identityOf, selfIdentity } from '@ctrkit/durable';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ContainerRecord } from '../src/index.ts';
import { stateOf } from '../src/container-state.ts';
import type { RunRecord } from '../src/run-record.ts';
import { noSuchPid, otherBoot, recordOf, reusedPid, runOf } from './fixture.ts';

const startedAt = '2026-01-02T03:04:06.000Z';
const ended = { exitCode: 3, oomKilled: false, startedAt, finishedAt: startedAt };
const neverStarted = { exitCode: 127, oomKilled: false, error: 'not found' };
const unseen = { exitCode: 255, oomKilled: false, startedAt };
const self = selfIdentity();

const table: readonly (readonly [string, Partial<ContainerRecord>, RunRecord | undefined, object])[] = [
  ['made and not started', {}, undefined, { status: 'created' }],
  ['being made: there is no process yet', {}, { ...runOf(self), process: undefined } as never, { status: 'created' }],
  ['its process lives', {}, runOf(self), { status: 'running', pid: self.pid, startedAt }],
  ['its end is recorded', { exit: ended }, undefined, { status: 'exited', exit: ended }],
  ['recorded, and the process not yet forgotten', { exit: ended }, runOf(reusedPid), { status: 'exited', exit: ended }],
  ['it could not be started', { exit: neverStarted }, undefined, { status: 'created', exit: neverStarted }],
  ['gone, and nobody saw its end', {}, runOf(noSuchPid), { status: 'exited', exit: unseen }],
  ['its pid is another process\'s now', {}, runOf(reusedPid), { status: 'exited', exit: unseen }],
  ['its end is only in the record of its run', {}, { ...runOf(reusedPid), exit: ended }, { status: 'exited', exit: ended }],
  ['it started, and nothing of its run is known', { startedAt, bootId: otherBoot.bootId }, undefined, { status: 'exited', exit: unseen }],
  ['it started, and it lives', { startedAt }, runOf(self), { status: 'running', pid: self.pid, startedAt }],
  ['it ran before the machine was started again', {}, runOf(otherBoot), { status: 'exited', exit: unseen }],
]; // prettier-ignore

for (const [what, record, run, state] of table) {
  test(what, () => assert.equal(stateOf(recordOf(record), run), state));
}

test('who owns the container does not count: its process does', () => {
  assert.is(stateOf(recordOf(), runOf(self, { owner: reusedPid })).status, 'running');
});

test('a process that has ended and that nobody has waited for does not run', async () => {
  // The shell becomes a program that never waits for its child.
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 100'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [pid] = (await once(parent.stdout, 'data')) as [Buffer];
  const identity = { ...selfIdentity(), ...identityOf(Number(pid)), pid: Number(pid) };
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.is(stateOf(recordOf(), runOf(identity)).status, 'exited');
  parent.kill('SIGKILL');
  await once(parent, 'exit');
});

test.run();
