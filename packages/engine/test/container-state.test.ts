import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { identityOf, selfIdentity } from '@ctrkit/durable';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ContainerRecord, ExitRecord } from '../src/index.ts';
import { stateOf } from '../src/container-state.ts';
import type { RunRecord } from '../src/run-record.ts';
import { noSuchPid, otherBoot, recordOf, reusedPid, runOf } from './fixture.ts';

const startedAt = '2026-01-02T03:04:06.000Z';
const ended = { exitCode: 3, oomKilled: false, startedAt, finishedAt: startedAt };
const neverStarted = { exitCode: 127, oomKilled: false, error: 'not found' };
const unseen = { exitCode: 255, oomKilled: false, startedAt };
const self = selfIdentity();

const table: readonly (readonly [string, Partial<ContainerRecord>, RunRecord | undefined, ExitRecord | undefined, object])[] = [
  ['made and not started', {}, undefined, undefined, { status: 'created' }],
  ['being made: there is no process yet', {}, { ...runOf(self), process: undefined } as never, undefined, { status: 'created' }],
  ['its process is there and its program not yet', {}, { ...runOf(self), startedAt: undefined } as never, undefined, { status: 'created' }],
  ['being started again: there is no process yet', { startedAt }, { ...runOf(self), process: undefined } as never, undefined, { status: 'created' }],
  ['its process lives', {}, runOf(self), undefined, { status: 'running', pid: self.pid, startedAt }],
  ['its process is dead, and its supervisor about to record its end', {}, { ...runOf(reusedPid), supervisor: self }, undefined, { status: 'running', pid: reusedPid.pid, startedAt }],
  ['its supervisor is dead, and its process not yet', {}, { ...runOf(self), supervisor: reusedPid, owner: reusedPid }, undefined, { status: 'running', pid: self.pid, startedAt }],
  ['its end is recorded', {}, undefined, ended, { status: 'exited', exit: ended }],
  ['recorded, and its run not yet given back', {}, runOf(self), ended, { status: 'exited', exit: ended }],
  ['recorded, and its supervisor dead before it gave it back', {}, runOf(reusedPid), ended, { status: 'exited', exit: ended }],
  ['it could not be started', {}, undefined, neverStarted, { status: 'created', exit: neverStarted }],
  ['it could not be started again', { startedAt }, undefined, neverStarted, { status: 'created', exit: neverStarted }],
  ['gone, and nobody saw its end', {}, runOf(noSuchPid), undefined, { status: 'exited', exit: unseen }],
  ['its pid is another process\'s now', {}, runOf(reusedPid), undefined, { status: 'exited', exit: unseen }],
  ['dead with its supervisor, and who started it lives', {}, { ...runOf(reusedPid, { owner: self }), supervisor: noSuchPid }, undefined, { status: 'exited', exit: unseen }],
  ['it started, and nothing of its run is known', { startedAt }, undefined, undefined, { status: 'exited', exit: unseen }],
  ['it started, and it lives', { startedAt }, runOf(self), undefined, { status: 'running', pid: self.pid, startedAt }],
  ['it ran before the machine was started again', {}, runOf(otherBoot), undefined, { status: 'exited', exit: unseen }],
]; // prettier-ignore

for (const [what, record, run, exit, state] of table) {
  test(what, () => assert.equal(stateOf(recordOf(record), run, exit), state));
}

test('who owns the container does not count: its process does', () => {
  assert.is(stateOf(recordOf(), runOf(self, { owner: reusedPid }), undefined).status, 'running');
});

test('a process that has ended and that nobody has waited for does not run', async () => {
  // The shell becomes a program that never waits for its child.
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 100'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [pid] = (await once(parent.stdout, 'data')) as [Buffer];
  const identity = { ...selfIdentity(), ...identityOf(Number(pid)), pid: Number(pid) };
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.is(stateOf(recordOf(), runOf(identity), undefined).status, 'exited');
  parent.kill('SIGKILL');
  await once(parent, 'exit');
});

test.run();
