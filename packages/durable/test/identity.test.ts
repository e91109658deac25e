import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { bootId, DurableError, identityOf, isAlive, selfIdentity } from '@ctrkit/durable';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('this process is alive, by its own identity and by its number', () => {
  const self = selfIdentity();
  assert.is(self.pid, process.pid);
  assert.match(self.startTime, /^\d+$/);
  assert.is(self.bootId, bootId());
  assert.equal(identityOf(process.pid), self);
  assert.ok(isAlive(self));
});

test('the same number with another start is another process', () => {
  const self = selfIdentity();
  assert.not.ok(isAlive({ ...self, startTime: String(Number(self.startTime) + 1) }));
});

test('a process of another boot is dead, whatever its number', () => {
  assert.not.ok(isAlive({ ...selfIdentity(), bootId: '00000000-0000-0000-0000-000000000000' }));
});

test('a process that was killed is dead, and has no identity any more', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const identity = identityOf(child.pid ?? 0);
  assert.ok(identity !== undefined && isAlive(identity));
  child.kill('SIGKILL');
  await once(child, 'close');
  assert.not.ok(isAlive(identity));
  assert.is(identityOf(identity.pid), undefined);
});

test('a zombie is dead', async () => {
  // The shell starts a child and then becomes a program that does not reap it when it ends.
  const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  const state = await ended(pid);
  assert.is(state, 'zombie');
  parent.kill('SIGKILL');
  await once(parent, 'close');
});

async function ended(pid: number): Promise<string> {
  for (let round = 0; round < 500; round += 1) {
    const identity = identityOf(pid);
    if (identity === undefined) return existsSync(`/proc/${pid}`) ? 'zombie' : 'gone';
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return 'alive';
}

test('a name with brackets and spaces does not confuse', async () => {
  const child = spawn(
    process.execPath,
    ['-e', 'process.title = ") Z 1 ("; setTimeout(() => {}, 60000); console.log(1)'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  await once(child.stdout, 'data');
  const identity = identityOf(child.pid ?? 0);
  assert.ok(identity !== undefined && isAlive(identity));
  child.kill('SIGKILL');
  await once(child, 'close');
});

test('errors carry a code, a path and a hint', () => {
  const error = new DurableError('READ_ONLY', 'x', { path: '/x', hint: 'y' });
  assert.equal(
    [error.code, error.path, error.hint, error.name],
    ['READ_ONLY', '/x', 'y', 'DurableError'],
  );
});

test.run();
