import assert from 'node:assert/strict';
import { defaultSeccomp } from '@ctrkit/oci';
import type { Seccomp, SeccompAction, SeccompArg, SeccompSyscall } from '@ctrkit/oci';
import { test } from 'uvu';
import { architecturesOf } from '../../src/seccomp/architectures.ts';
import { compileSeccomp } from '../../src/seccomp/compile.ts';
import { evaluate, numbersOf } from './evaluate.ts';
import { runFilter } from './filter-interpreter.ts';
import type { SystemCall } from './filter-interpreter.ts';

const ALLOW = 0x7fff0000;
const ERRNO = 0x00050000;
const KILL_PROCESS = 0x80000000;
const X86_64 = 0xc000003e;
const I386 = 0x40000003;
const X32 = 0x40000000;
const AARCH64 = 0xc00000b7;
const ARM = 0x40000028;
const machines = ['x64', 'arm64'] as const;

const verdict = (profile: Seccomp, call: SystemCall, machine = 'x64'): number =>
  runFilter(compileSeccomp(profile, machine), call).value;

const only = (...syscalls: SeccompSyscall[]): Seccomp => ({
  defaultAction: 'SCMP_ACT_ERRNO',
  syscalls,
});

for (const [action, errnoRet, value] of [
  ['SCMP_ACT_ALLOW', undefined, ALLOW],
  ['SCMP_ACT_LOG', undefined, 0x7ffc0000],
  ['SCMP_ACT_TRAP', undefined, 0x00030000],
  ['SCMP_ACT_KILL', undefined, 0],
  ['SCMP_ACT_KILL_THREAD', undefined, 0],
  ['SCMP_ACT_KILL_PROCESS', undefined, KILL_PROCESS],
  ['SCMP_ACT_ERRNO', undefined, ERRNO + 1],
  ['SCMP_ACT_ERRNO', 38, ERRNO + 38],
  ['SCMP_ACT_ERRNO', 0, ERRNO],
  ['SCMP_ACT_TRACE', undefined, 0x7ff00001],
  ['SCMP_ACT_TRACE', 7, 0x7ff00007],
] as const) {
  test(`${action} ${errnoRet ?? ''}: as default and as a rule`, () => {
    const given = errnoRet === undefined ? {} : { errnoRet };
    const profile: Seccomp = {
      defaultAction: action,
      ...(errnoRet === undefined ? {} : { defaultErrnoRet: errnoRet }),
    };
    assert.equal(verdict(profile, { arch: X86_64, nr: 0 }), value);
    const rule: SeccompSyscall = { names: ['write'], action, ...given };
    assert.equal(verdict(only(rule), { arch: X86_64, nr: 1 }), value);
    assert.equal(verdict(only(rule), { arch: X86_64, nr: 2 }), ERRNO + 1);
  });
}

for (const [op, value, valueTwo, met, notMet] of [
  ['SCMP_CMP_EQ', 5, 0, [5n], [4n, 6n, 5n + (1n << 32n)]],
  ['SCMP_CMP_NE', 5, 0, [4n, 5n + (1n << 32n)], [5n]],
  ['SCMP_CMP_LT', 5, 0, [0n, 4n], [5n, 6n, 4n + (1n << 32n), (1n << 64n) - 1n]],
  ['SCMP_CMP_LE', 5, 0, [0n, 5n], [6n, 1n << 32n]],
  ['SCMP_CMP_GT', 5, 0, [6n, 1n << 32n, (1n << 64n) - 1n], [5n, 0n]],
  ['SCMP_CMP_GE', 5, 0, [5n, 1n << 63n], [4n]],
  ['SCMP_CMP_GT', 2 ** 33 + 5, 0, [2n ** 33n + 6n, 2n ** 34n], [2n ** 33n + 5n, 2n ** 32n + 9n]],
  ['SCMP_CMP_LT', 2 ** 33 + 5, 0, [2n ** 33n + 4n, 2n ** 32n + 9n], [2n ** 33n + 5n]],
  ['SCMP_CMP_MASKED_EQ', 0xf0, 0x30, [0x30n, 0x3fn, 0x1_0000_0030n], [0x20n, 0x70n]],
  // What lies outside the mask does not count on either side.
  ['SCMP_CMP_MASKED_EQ', 0xf0, 0x35, [0x30n], [0x45n]],
  ['SCMP_CMP_MASKED_EQ', 2 ** 40, 2 ** 40, [1n << 40n, 3n << 40n], [0n, 1n << 41n]],
  ['SCMP_CMP_MASKED_EQ', 0, 0, [0n, 7n], []],
] as const) {
  test(`${op} ${value} ${valueTwo} compares all 64 bits, of any argument`, () => {
    for (const index of [0, 5]) {
      const args = [{ index, value, valueTwo, op }];
      const profile = only({ names: ['ioctl'], action: 'SCMP_ACT_ALLOW', args });
      const answer = (arg: bigint): number =>
        verdict(profile, {
          arch: X86_64,
          nr: 16,
          args: Array.from({ length: index + 1 }, () => arg),
        });
      for (const arg of met) assert.equal(answer(arg), ALLOW, `${arg}`);
      for (const arg of notMet) assert.equal(answer(arg), ERRNO + 1, `${arg}`);
    }
  });
}

test('of a 32-bit architecture only the lower half of an argument counts', () => {
  const args: SeccompArg[] = [{ index: 1, value: 5, op: 'SCMP_CMP_EQ' }];
  const profile: Seccomp = {
    ...only({ names: ['ioctl'], action: 'SCMP_ACT_ALLOW', args }),
    architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32', 'SCMP_ARCH_ARM'],
  };
  const dirty = [0n, 5n + (1n << 40n)];
  assert.equal(verdict(profile, { arch: I386, nr: 54, args: dirty }), ALLOW);
  assert.equal(verdict(profile, { arch: X86_64, nr: X32 + 514, args: dirty }), ALLOW);
  assert.equal(verdict(profile, { arch: X86_64, nr: 16, args: dirty }), ERRNO + 1);
  assert.equal(verdict(profile, { arch: ARM, nr: 54, args: dirty }, 'arm64'), ALLOW);
  assert.equal(verdict(profile, { arch: AARCH64, nr: 29, args: dirty }, 'arm64'), ERRNO + 1);
});

test('conditions on several arguments all count; several on one argument are alternatives', () => {
  const arg = (index: number, value: number): SeccompArg => ({ index, value, op: 'SCMP_CMP_EQ' });
  const both = only({ names: ['ioctl'], action: 'SCMP_ACT_ALLOW', args: [arg(0, 1), arg(1, 2)] });
  assert.equal(verdict(both, { arch: X86_64, nr: 16, args: [1n, 2n] }), ALLOW);
  assert.equal(verdict(both, { arch: X86_64, nr: 16, args: [1n, 3n] }), ERRNO + 1);
  const either = only({ names: ['ioctl'], action: 'SCMP_ACT_ALLOW', args: [arg(0, 1), arg(0, 2)] });
  assert.equal(verdict(either, { arch: X86_64, nr: 16, args: [2n] }), ALLOW);
  assert.equal(verdict(either, { arch: X86_64, nr: 16, args: [3n] }), ERRNO + 1);
});

test('a rule without conditions is the only one of its call, wherever it stands; else the first that is met', () => {
  const args: SeccompArg[] = [{ index: 0, value: 5, op: 'SCMP_CMP_EQ' }];
  const when: SeccompSyscall = { names: ['read'], action: 'SCMP_ACT_ALLOW', args };
  const always: SeccompSyscall = { names: ['read'], action: 'SCMP_ACT_TRAP' };
  const call = { arch: X86_64, nr: 0, args: [5n] };
  assert.equal(verdict(only(when, always), call), 0x00030000);
  assert.equal(verdict(only(always, when), call), 0x00030000);
  const kill: SeccompSyscall = { ...when, action: 'SCMP_ACT_KILL_PROCESS' };
  assert.equal(verdict(only(when, kill), call), ALLOW);
  assert.equal(verdict(only(kill, when), call), KILL_PROCESS);
});

test("a call of another architecture kills, the machine's own is always meant", () => {
  const profile: Seccomp = { defaultAction: 'SCMP_ACT_ALLOW' };
  assert.equal(verdict(profile, { arch: X86_64, nr: 0 }), ALLOW);
  assert.equal(verdict(profile, { arch: I386, nr: 0 }), KILL_PROCESS);
  assert.equal(verdict(profile, { arch: AARCH64, nr: 0 }), KILL_PROCESS);
  assert.equal(verdict(profile, { arch: X86_64, nr: X32 }), KILL_PROCESS);
  assert.equal(verdict(profile, { arch: X86_64, nr: 0xfffffffe }), KILL_PROCESS);
  // -1 is what a debugger skips a call with.
  assert.equal(verdict(profile, { arch: X86_64, nr: 0xffffffff }), ALLOW);
  const both: Seccomp = { ...profile, architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] };
  assert.equal(verdict(both, { arch: I386, nr: 0 }), ALLOW);
  assert.equal(verdict(both, { arch: X86_64, nr: X32 }), ALLOW);
  assert.equal(verdict(both, { arch: ARM, nr: 0 }), KILL_PROCESS);
});

test('what is said of socket is said of socketcall too, which i386 makes it through', () => {
  const SOCKETCALL = 102;
  const calls = (profile: Seccomp, first: bigint): number =>
    verdict({ ...profile, architectures: ['SCMP_ARCH_X86'] }, { arch: I386, nr: SOCKETCALL, args: [first, 0n] }); // prettier-ignore
  const open = only({ names: ['socket', 'connect'], action: 'SCMP_ACT_ALLOW' });
  assert.deepEqual([1n, 3n, 2n].map((first) => calls(open, first)), [ALLOW, ALLOW, ERRNO + 1]); // prettier-ignore
  const closed: Seccomp = {
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [
      {
        names: ['socket'],
        action: 'SCMP_ACT_ERRNO',
        args: [{ index: 0, value: 38, op: 'SCMP_CMP_EQ' }],
      },
    ],
  };
  // The family is in memory: no socket at all rather than any.
  assert.deepEqual(
    [1n, 2n].map((first) => calls(closed, first)),
    [ERRNO + 1, ALLOW],
  );
  const conditional = only({
    names: ['socket'],
    action: 'SCMP_ACT_ALLOW',
    args: [{ index: 0, value: 2, op: 'SCMP_CMP_EQ' }],
  });
  assert.equal(calls(conditional, 1n), ERRNO + 1);
});

for (const [what, profile, code] of [
  ['SCMP_ACT_NOTIFY', { defaultAction: 'SCMP_ACT_NOTIFY' }, 'SPEC_UNSUPPORTED'],
  ['an action that is none', { defaultAction: 'SCMP_ACT_DENY' }, 'SPEC_UNSUPPORTED'],
  [
    'an errnoRet of ALLOW',
    { defaultAction: 'SCMP_ACT_ALLOW', defaultErrnoRet: 1 },
    'BUNDLE_INVALID',
  ],
  ['an errnoRet out of range', { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 65536 }, 'BUNDLE_INVALID'], // prettier-ignore
] as const) {
  test(`${what} is refused`, () => {
    assert.throws(() => compileSeccomp(profile as Seccomp, 'x64'), { code });
  });
}

for (const [what, arg, code] of [
  ['an operator that is none', { index: 0, value: 0, op: 'EQ' }, 'BUNDLE_INVALID'],
  ['a seventh argument', { index: 6, value: 0, op: 'SCMP_CMP_EQ' }, 'BUNDLE_INVALID'],
  ['a value that JSON has rounded', { index: 0, value: 2 ** 64, op: 'SCMP_CMP_EQ' }, 'SPEC_UNSUPPORTED'], // prettier-ignore
  ['a negative value', { index: 0, value: -1, op: 'SCMP_CMP_EQ' }, 'SPEC_UNSUPPORTED'],
] as const) {
  test(`${what} is refused`, () => {
    const rule = { names: ['read'], action: 'SCMP_ACT_ALLOW', args: [arg] };
    const profile = only(rule as unknown as SeccompSyscall);
    assert.throws(() => compileSeccomp(profile, 'x64'), { code });
  });
}

test('a filter that is larger than the kernel takes is refused', () => {
  const many = Array.from({ length: 2000 }, (_, value): SeccompSyscall => ({
    names: ['ioctl'],
    action: 'SCMP_ACT_ALLOW',
    args: [{ index: 1, value, op: 'SCMP_CMP_EQ' }],
  }));
  assert.throws(() => compileSeccomp(only(...many), 'x64'), { code: 'SPEC_UNSUPPORTED' });
  assert.doesNotThrow(() => compileSeccomp(only(...many.slice(0, 1000)), 'x64'));
});

test('a machine whose calls are not known is refused', () => {
  assert.throws(() => compileSeccomp(defaultSeccomp(), 'riscv64'), { code: 'SPEC_UNSUPPORTED' });
});

/** Numbers in [0, 1), the same for a seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const actions: readonly SeccompAction[] = [
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_LOG',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_TRAP',
];
const ops = ['NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ'].map((op) => `SCMP_CMP_${op}` as SeccompArg['op']); // prettier-ignore
const values = [0, 1, 2, 5, 0xff, 0x7e020000, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 45 + 7];

function randomProfile(next: () => number): Seccomp {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const names = [
    ...new Set(machines.flatMap((machine) => (architecturesOf(machine) ?? []).flatMap((one) => [...numbersOf(one).keys()]))), // prettier-ignore
    'no_such_call',
  ];
  const some = <T>(most: number, make: () => T): T[] =>
    Array.from({ length: Math.floor(next() * (most + 1)) }, make);
  const action = (key: string): Record<string, unknown> => {
    const chosen = pick(actions);
    const data = chosen === 'SCMP_ACT_ERRNO' || chosen === 'SCMP_ACT_TRACE';
    const name = key === 'defaultErrnoRet' ? 'defaultAction' : 'action';
    return {
      [name]: chosen,
      ...(data && next() < 0.7 ? { [key]: Math.floor(next() * 4096) } : {}),
    };
  };
  const name = (): string => pick(next() < 0.2 ? ['socket', 'socketcall', 'ipc', 'shmget'] : names);
  const arg = (): unknown => ({
    index: Math.floor(next() * 6),
    op: pick(ops),
    value: pick(values),
    valueTwo: pick(values),
  });
  const syscalls = some(40, () => ({ names: some(6, name), ...action('errnoRet'), args: some(3, arg) })); // prettier-ignore
  const plain = some(3, () => ({ names: some(300, name), ...action('errnoRet') }));
  const architectures = some(3, () => pick(['X86_64', 'X86', 'X32', 'AARCH64', 'ARM'])).map(
    (name) => `SCMP_ARCH_${name}`,
  );
  return {
    ...action('defaultErrnoRet'),
    architectures,
    syscalls: [...syscalls, ...plain],
  } as unknown as Seccomp;
}

test('of random profiles, each call gets what the profile says', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const next = random(seed);
    const profile = randomProfile(next);
    for (const machine of machines) {
      const program = compileSeccomp(profile, machine);
      for (let round = 0; round < 1500; round++) {
        const near = values[Math.floor(next() * values.length)] ?? 0;
        const args = Array.from(
          { length: 6 },
          () =>
          next() < 0.5 ? BigInt(near) : BigInt.asUintN(64, BigInt(near) + BigInt(Math.floor(next() * 3) - 1) + (next() < 0.2 ? 1n << 40n : 0n)), // prettier-ignore
        );
        const arch = [X86_64, X86_64, I386, AARCH64, ARM][Math.floor(next() * 5)] ?? X86_64;
        const nr = Math.floor(next() * 560) + (next() < 0.2 ? X32 : 0);
        const call = { arch, nr: next() < 0.2 ? (next() < 0.5 ? 102 : 117) : nr, args };
        assert.equal(
          runFilter(program, call).value,
          evaluate(profile, machine, call),
          `seed ${seed} ${machine} ${JSON.stringify(call, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`, // prettier-ignore
        );
      }
    }
  }
});

test('of the default profile, every call of every architecture gets what the profile says, in few steps', () => {
  const profile = defaultSeccomp();
  for (const machine of machines) {
    const program = compileSeccomp(profile, machine);
    assert.ok(program.length / 8 < 1000, `${program.length / 8} instructions`);
    for (const { audit, bit } of architecturesOf(machine) ?? []) {
      for (let nr = bit; nr < bit + 600; nr++) {
        for (const args of [[0n], [38n], [16n, 0n, 9n], [0x10000000n], [0xffffffffn]]) {
          const call = { arch: audit, nr, args };
          const { value, steps } = runFilter(program, call);
          assert.equal(value, evaluate(profile, machine, call), `${audit} ${nr} ${args.join()}`);
          assert.ok(steps < 70, `${nr}: ${steps} steps`);
        }
      }
    }
  }
});

test.run();
