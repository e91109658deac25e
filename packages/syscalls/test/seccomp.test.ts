import { runPlan } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { failureOf, shell } from './plan-helpers.ts';

const ALLOW = 0x7fff0000;
const EACCES = 0x0005000d;
const SIGSYS = 31;
const FLAG_LOG = 2;
/** chroot(2) by Node's names of machines. */
const chroot = process.arch === 'arm64' ? 51 : 161;

/** `struct sock_filter`: code, jumps, constant (linux/filter.h). */
function program(...instructions: readonly (readonly [number, number, number, number])[]): Buffer {
  return Buffer.concat(
    instructions.map(([code, yes, no, k]) => {
      const bytes = Buffer.from([code, 0, yes, no, 0, 0, 0, 0]);
      bytes.writeUInt32LE(k, 4);
      return bytes;
    }),
  );
}

/** Answers one call with a value and lets the others through. */
const answering = (call: number, value: number): Buffer =>
  program([0x20, 0, 0, 0], [0x15, 0, 1, call], [0x06, 0, 0, value], [0x06, 0, 0, ALLOW]);

const filter = (bytes: Uint8Array, flags = 0): Operation => ({
  op: 'seccomp',
  program: bytes,
  flags,
});
const closed: Operation = { op: 'no-new-privileges' };
const tryChroot = shell('chroot / true 2>/dev/null; test $? = 125');

if (needs('root')) {
  test('the program decides on the calls of what is executed', async () => {
    const plan: Operation[] = [filter(answering(chroot, EACCES)), tryChroot];
    assert.is((await runPlan('launch', plan)).code, 0);
    const open: Operation[] = [filter(program([0x06, 0, 0, ALLOW]), FLAG_LOG), tryChroot];
    assert.is((await runPlan('launch', open)).code, 1);
  });

  test('who has neither CAP_SYS_ADMIN nor no_new_privs installs none', async () => {
    const none = { effective: 0n, permitted: 0n, inheritable: 0n, ambient: 0n };
    const plan: Operation[] = [
      { op: 'capabilities', ...none },
      filter(answering(chroot, EACCES)),
      shell('true'),
    ];
    assert.is(await failureOf(runPlan('launch', plan)), 'seccomp EACCES');
  });
}

test('with no_new_privs anybody installs one', async () => {
  const status = shell('test "$(sed -n "s/^Seccomp:\\t//p" /proc/self/status)" = 2');
  const plan = [closed, filter(answering(chroot, EACCES)), status];
  assert.is((await runPlan('launch', plan)).code, 0);
});

test('a call that the program answers with a kill ends the process', async () => {
  const kill = 0x80000000;
  const status = shell('sh -c "kill -0 \\$\\$"; test $? = 159');
  // SIGSYS reaches the shell inside, whose kill(2) it is.
  const killCall = process.arch === 'arm64' ? 129 : 62;
  assert.is((await runPlan('launch', [closed, filter(answering(killCall, kill)), status])).code, 0);
  assert.is(128 + SIGSYS, 159);
});

for (const [what, bytes] of [
  ['none', Buffer.alloc(0)],
  ['one without an end', program([0x20, 0, 0, 0])],
  ['half an instruction', Buffer.alloc(12)],
  ['nonsense', Buffer.alloc(8, 0xff)],
  ['one that is too long', Buffer.concat(Array.from({ length: 4097 }, () => program([0x06, 0, 0, ALLOW])))], // prettier-ignore
  // Of 16 bits of this length, one instruction would be left.
  ['one longer than the kernel counts', Buffer.concat(Array.from({ length: 65537 }, () => program([0x06, 0, 0, ALLOW])))], // prettier-ignore
] as const) {
  test(`a program that is refused starts nothing: ${what}`, async () => {
    const plan = runPlan('launch', [closed, filter(bytes), shell('true')]);
    assert.is(await failureOf(plan), 'seccomp EINVAL');
  });
}

test('a flag that the kernel does not know starts nothing', async () => {
  const plan = [closed, filter(program([0x06, 0, 0, ALLOW]), 1 << 30), shell('true')];
  assert.is(await failureOf(runPlan('launch', plan)), 'seccomp EINVAL');
});

test.run();
