import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import {
  encodeOperation,
  Helper,
  helperPath,
  operations,
  runPlan,
  supervise,
  SyscallsError,
} from '@ctrkit/syscalls';
import type { Mode, Operation } from '@ctrkit/syscalls';
import { temporaryDirectory } from '@ctrkit/testing';
import { existsSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { directory, failureOf, shell } from './plan-helpers.ts';

/** How a helper ends that is sent these bytes as its plan. */
async function endOf(mode: Mode, ...parts: readonly Uint8Array[]): Promise<string> {
  const helper = new Helper(mode);
  await helper.writeEncoded(...parts);
  helper.end();
  return failureOf(helper.wait());
}

async function errorOf(promise: Promise<unknown>): Promise<SyscallsError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof SyscallsError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

/** A record with this number and these bytes as fields. */
function record(code: number, fields: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt32LE(2 + fields.length, 0);
  head.writeUInt16LE(code, 4);
  return Buffer.concat([head, fields]);
}

const modes: readonly Mode[] = ['tree', 'walk', 'launch', 'enter', 'supervise', 'attach'];

for (const mode of modes) {
  test(`${mode}: what is no record of the protocol ends the helper`, async () => {
    assert.is(await endOf(mode, record(9999)), 'start EPROTO', 'an unknown operation');
    assert.is(await endOf(mode, Buffer.from([7])), 'start EPROTO', 'half a length');
    assert.is(await endOf(mode, Buffer.from([9, 0, 0, 0, 1])), 'start EPROTO', 'half a record');
    assert.is(await endOf(mode, Buffer.from([1, 0, 0, 0, 1])), 'start EPROTO', 'too short for one');
    const huge = Buffer.alloc(6);
    huge.writeUInt32LE((16 << 20) + 1);
    assert.is(await endOf(mode, huge), 'start EPROTO', 'more than 16 MiB');
  });
}

test('fields fill their record exactly', async () => {
  const root = Object.keys(operations).indexOf('root');
  const path = Buffer.from('\x01\0\0\0/\0');
  assert.is(await endOf('tree', record(root, path)), 'success');
  const wrong: [string, Buffer][] = [
    ['one byte more', Buffer.concat([path, Buffer.from([0])])],
    ['no end of the text', Buffer.from('\x01\0\0\0/x')],
    ['a length beyond the record', Buffer.from('\xff\0\0\0/\0', 'latin1')],
    ['a length near 2^32', Buffer.from('\xff\xff\xff\xff/\0', 'latin1')],
    ['a NUL inside a path', Buffer.from('\x03\0\0\0/\0x\0')],
    ['nothing', Buffer.alloc(0)],
  ];
  for (const [what, fields] of wrong) {
    assert.is(await endOf('tree', record(root, fields)), 'root EPROTO', what);
  }
});

test('a list that claims more items than its record has bytes is refused before memory is taken', async () => {
  const lying = encodeOperation({ op: 'groups', gids: [] });
  lying.writeUInt32LE(0xffffffff, 6);
  assert.is(await endOf('launch', lying), 'groups EPROTO');
});

test('a mode knows only its own operations: a plan for files cannot start a program', async () => {
  await using there = await temporaryDirectory();
  const marker = join(there.path, 'started');
  const start = shell(`touch ${marker}`);
  assert.is(await failureOf(runPlan('tree', [start])), 'start EPROTO');
  assert.is(await failureOf(runPlan('walk', [start])), 'start EPROTO');
  const root: Operation = { op: 'root', path: there.path };
  assert.is(await failureOf(runPlan('launch', [root, directory('d')])), 'root EPROTO');
  assert.is(await failureOf(runPlan('walk', [root, directory('d')])), 'root EPROTO');
  const spawning: Operation = { op: 'spawn', namespaces: 0 };
  assert.is(await failureOf(runPlan('tree', [spawning, start])), 'start EPROTO');
  assert.not(existsSync(marker));
  assert.not(existsSync(join(there.path, 'd')));
});

test('an unknown mode does nothing', async () => {
  const error = await errorOf(runPlan('launchx' as Mode, [shell('true')]));
  assert.is(error.failure?.errno, 'EINVAL');
});

test('a plan that ends before execute starts nothing', async () => {
  assert.is(await failureOf(runPlan('launch', [])), 'end ECANCELED');
  const helper = new Helper('supervise');
  await helper.write(supervise(), { op: 'spawn', namespaces: 0 }, { op: 'umask', mask: 0 });
  helper.end();
  assert.is(await failureOf(helper.wait()), 'end ECANCELED');
  assert.is(await helper.report((report) => report.event === 'started'), undefined);
  assert.ok(await helper.report((report) => report.event === 'spawned'));
});

test('a plan that breaks off in the middle of execute starts nothing', async () => {
  await using there = await temporaryDirectory();
  const marker = join(there.path, 'started');
  const start = encodeOperation(shell(`touch ${marker}`));
  assert.is(await endOf('launch', start.subarray(0, -1)), 'start EPROTO');
  assert.not(existsSync(marker));
});

test('a failure names the step, the operation, the call, the errno and the path', async () => {
  const plan: Operation[] = [
    { op: 'umask', mask: 0o22 },
    { op: 'root', path: '/nowhere "at" all' },
    shell('true'),
  ];
  const error = await errorOf(runPlan('launch', plan));
  assert.is(error.code, 'HELPER_FAILED');
  const where = { step: 1, operation: 'root', call: 'open', errno: 'ENOENT' };
  assert.equal({ ...error.failure }, { event: 'error', ...where, path: '/nowhere "at" all' });
});

test('a failure in the child is told as one in the parent is, and nothing has started', async () => {
  const helper = new Helper('supervise');
  const spawning: Operation = { op: 'spawn', namespaces: 0 };
  await helper.write(supervise(), spawning, {
    ...shell('true'),
    candidates: ['/nowhere', '/etc/passwd'],
  });
  helper.end();
  const error = await errorOf(helper.wait());
  assert.equal([error.failure?.step, error.failure?.operation], [1, 'execute']);
  assert.is(error.failure?.errno, 'EACCES', 'what is refused counts more than what is absent');
  assert.is(await helper.report((report) => report.event === 'started'), undefined);
});

test('the exit code of the program, with a parent of its own and without', async () => {
  const spawning: Operation = { op: 'spawn', namespaces: 0 };
  for (const [mode, before] of [
    ['launch', []],
    ['supervise', [supervise(), spawning]],
  ] as const) {
    assert.equal(await runPlan(mode, [...before, shell('exit 0')]), {
      code: 0,
      signal: 0,
      oomKilled: false,
    });
    assert.equal(await runPlan(mode, [...before, shell('exit 3')]), {
      code: 3,
      signal: 0,
      oomKilled: false,
    });
  }
  const plan = (line: string): Operation[] => [supervise(), spawning, shell(line)];
  assert.equal(await runPlan('supervise', plan('kill -KILL $$')), {
    code: 137,
    signal: 9,
    oomKilled: false,
  });
  assert.equal(await runPlan('supervise', plan('kill -TERM $$')), {
    code: 143,
    signal: 15,
    oomKilled: false,
  });
  // A program that chose the number itself was not killed.
  assert.equal(await runPlan('supervise', plan('exit 137')), {
    code: 137,
    signal: 0,
    oomKilled: false,
  });
});

test('a program is made with a supervisor or not at all', async () => {
  const plan: Operation[] = [{ op: 'spawn', namespaces: 0 }, shell('true')];
  assert.is(await failureOf(runPlan('launch', plan)), 'spawn EBADF');
});

test('a helper that is not there, and one that cannot be executed', async () => {
  for (const path of ['/nowhere/ctr-helper', '/etc/passwd']) {
    const error = await errorOf(runPlan('tree', [{ op: 'root', path: '/' }], { path }));
    assert.is(error.code, 'HELPER_MISSING');
  }
});

test('a helper that is killed', async () => {
  const helper = new Helper('tree');
  await helper.write({ op: 'root', path: '/' });
  assert.ok(helper.kill('SIGKILL'));
  assert.is((await errorOf(helper.wait())).code, 'HELPER_DIED');
  assert.not(helper.kill('SIGKILL'));
  // Whoever goes on writing is not held up, and learns no more by it.
  await helper.write({ op: 'root', path: '/' });
});

test('a helper that fails early lets go of an author who has much to say', async () => {
  const helper = new Helper('tree');
  await helper.write({ op: 'root', path: '/nowhere' });
  const content = Buffer.alloc(1 << 20);
  for (let count = 0; count < 8; count++) await helper.write({ op: 'data', content });
  helper.end();
  assert.is(await failureOf(helper.wait()), 'root ENOENT');
});

test('run by hand it says what it is, and does nothing', () => {
  const { status, stderr } = spawnSync(helperPath(), ['launch'], { encoding: 'utf8' });
  assert.is(status, 125);
  assert.is.not(stderr, '');
});

test.run();
