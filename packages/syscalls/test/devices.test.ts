import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deviceProgram } from '@ctrkit/cgroup';
import { runPlan } from '@ctrkit/syscalls';
import type { Exit, Operation } from '@ctrkit/syscalls';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { failureOf, shell } from './plan-helpers.ts';

const mounts = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'];
const unified = mounts.find((path) => existsSync(join(path, 'cgroup.controllers')));

interface TestCgroup {
  readonly path: string;
  [Symbol.asyncDispose](): Promise<void>;
}

let made = 0;

/** A cgroup v2 directory that is removed when its last process has left it. */
function cgroup(): TestCgroup {
  made += 1;
  const path = join(unified ?? '', `ctr-test-${process.pid}-${made}`);
  mkdirSync(path);
  const remove = async (): Promise<void> => {
    for (let tries = 0; ; tries++) {
      try {
        rmdirSync(path);
        return;
      } catch (error) {
        if (tries > 100) throw error;
        await sleep(20);
      }
    }
  };
  return { path, [Symbol.asyncDispose]: remove };
}

const rules = [
  { allow: false, access: 'rwm' },
  { allow: true, type: 'c', major: 1, minor: 3, access: 'rw' },
  { allow: true, type: 'c', major: 1, minor: 9, access: 'r' },
] as const;

const confined = (directory: string, program: Uint8Array, line: string): Promise<Exit> =>
  runPlan('launch', [
    { op: 'device-program', program, directory },
    { op: 'join-cgroup', path: join(directory, 'cgroup.procs') },
    shell(line),
  ]);

/** What of these can be opened: one letter each. */
const probe = `
code=0
(: < /dev/null) 2>&- || code=$((code + 1))
(: > /dev/null) 2>&- || code=$((code + 2))
(: < /dev/zero) 2>&- || code=$((code + 4))
(: < /dev/urandom) 2>&- || code=$((code + 8))
(: > /dev/urandom) 2>&- || code=$((code + 16))
exit $code
`;

if (needs('cgroup') && unified !== undefined) {
  test('a process that joined the cgroup opens what the rules allow, and nothing else', async () => {
    await using group = cgroup();
    const { code } = await confined(group.path, deviceProgram(rules), probe);
    // /dev/zero neither way, /dev/urandom not for writing; the rest is open.
    assert.is(code, 4 + 16);
  });

  test('without rules everything is open', async () => {
    await using group = cgroup();
    assert.is((await confined(group.path, deviceProgram([]), probe)).code, 0);
  });

  test('who has not joined is not confined', async () => {
    await using group = cgroup();
    const program = deviceProgram(rules);
    const attach: Operation = { op: 'device-program', program, directory: group.path };
    assert.is((await runPlan('launch', [attach, shell(probe)])).code, 0);
  });

  test('a program that the kernel refuses, and a directory that is no cgroup, start nothing', async () => {
    await using group = cgroup();
    const nonsense = confined(group.path, Buffer.alloc(8, 0xff), 'true');
    assert.is(await failureOf(nonsense), 'device-program EINVAL');
    const elsewhere = confined('/tmp', deviceProgram(rules), 'true');
    assert.match(await failureOf(elsewhere), /^device-program E/);
    const absent = confined(join(group.path, 'absent'), deviceProgram(rules), 'true');
    assert.is(await failureOf(absent), 'device-program ENOENT');
  });
}

test.run();
