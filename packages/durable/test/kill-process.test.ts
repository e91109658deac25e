import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { identityOf } from '../src/identity.ts';
import { killProcess } from '../src/kill-process.ts';

test('kills that process, and says when it has ended', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const identity = identityOf(child.pid ?? 0);
  if (identity === undefined) throw new Error('no child');
  const ended = once(child, 'exit');
  assert.is(killProcess(identity), true);
  assert.equal(await ended, [null, 'SIGKILL']);
  assert.is(killProcess(identity), false);
});

test('another process with that number is left alone', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const identity = identityOf(child.pid ?? 0);
  if (identity === undefined) throw new Error('no child');
  assert.is(killProcess({ ...identity, startTime: '1' }), false);
  assert.is(killProcess({ ...identity, bootId: 'of another boot' }), false);
  assert.is(identityOf(identity.pid)?.startTime, identity.startTime);
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test.run();
