import type { LinuxDeviceRule } from '@ctrkit/oci';
import { defaultSpec } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { deviceProgram } from '../src/index.ts';
import { reachable, runDeviceProgram } from './bpf-interpreter.ts';
import type { DeviceRequest } from './bpf-interpreter.ts';
import { codeOf } from './support.ts';

/** `c 1:3 rw` → what the kernel asks. */
function requestOf(text: string): DeviceRequest {
  const [, type = '', major, minor, access = ''] = /^([bc]) (\d+):(\d+) ([rwm]+)$/.exec(text) ?? [];
  return { type: type as 'b' | 'c', major: Number(major), minor: Number(minor), access };
}

function isAllowed(rules: readonly LinuxDeviceRule[], text: string): boolean {
  const program = deviceProgram(rules);
  assert.is(program.length % 8, 0);
  assert.ok(reachable(program), 'has instructions that nothing reaches');
  return runDeviceProgram(program, requestOf(text)) === 1n;
}

const nothing: LinuxDeviceRule = { allow: false, access: 'rwm' };

test('the default rules', () => {
  const rules = defaultSpec().linux?.resources?.devices ?? [];
  const answers: readonly (readonly [string, boolean])[] = [
    ['c 1:3 rw', true],
    ['c 1:5 r', true],
    ['c 5:2 rw', true],
    ['c 136:7 rw', true],
    ['c 1:1 r', false],
    ['c 10:200 rw', false],
    ['b 8:0 r', false],
    ['b 8:0 m', true],
    ['c 10:200 m', true],
    ['b 1:3 r', false],
  ];
  for (const [text, expected] of answers) assert.is(isAllowed(rules, text), expected, text);
});

test('no rules, no refusal', () => {
  assert.ok(isAllowed([], 'b 8:0 rwm'));
  assert.ok(isAllowed([nothing, { allow: true }], 'b 8:0 rwm'));
});

test('nothing allowed', () => {
  assert.not(isAllowed([nothing], 'c 1:3 r'));
  assert.not(isAllowed([{ allow: true, type: 'c' }, nothing], 'c 1:3 m'));
});

test('the last rule that matches counts, for each access by itself', () => {
  const rules: LinuxDeviceRule[] = [
    nothing,
    { allow: true, type: 'c', major: 1, access: 'rw' },
    { allow: false, type: 'c', major: 1, minor: 1, access: 'w' },
  ];
  assert.ok(isAllowed(rules, 'c 1:1 r'));
  assert.not(isAllowed(rules, 'c 1:1 rw'));
  assert.not(isAllowed(rules, 'c 1:1 w'));
  assert.ok(isAllowed(rules, 'c 1:2 rw'));
  assert.not(isAllowed(rules, 'c 1:2 m'));
});

test('read from one rule, write from another', () => {
  const rules: LinuxDeviceRule[] = [
    nothing,
    { allow: true, type: 'b', major: 8, access: 'r' },
    { allow: true, type: 'b', minor: 5, access: 'w' },
  ];
  assert.ok(isAllowed(rules, 'b 8:5 rw'));
  assert.not(isAllowed(rules, 'b 8:4 rw'));
  assert.not(isAllowed(rules, 'b 9:5 rw'));
  assert.ok(isAllowed(rules, 'b 9:5 w'));
});

test('what a rule about everything covers makes no instructions', () => {
  const long = Array.from({ length: 50 }, (_, minor): LinuxDeviceRule => {
    return { allow: true, type: 'c', major: 1, minor };
  });
  assert.is(deviceProgram([...long, nothing]).length, deviceProgram([nothing]).length);
});

test('the largest numbers', () => {
  const rules: LinuxDeviceRule[] = [
    nothing,
    { allow: true, type: 'c', major: 4095, minor: 1048575 },
  ];
  assert.ok(isAllowed(rules, 'c 4095:1048575 rwm'));
  assert.not(isAllowed(rules, 'c 4095:1048574 rwm'));
});

/** What the rules mean, said in another way: each letter by the last rule that matches it. */
function meaning(rules: readonly LinuxDeviceRule[], request: DeviceRequest): boolean {
  return Array.from(request.access).every((letter) => {
    const last = rules.findLast(
      ({ type = 'a', major, minor, access = 'rwm' }) =>
        (type === 'a' || type === request.type) &&
        (major === undefined || major === request.major) &&
        (minor === undefined || minor === request.minor) &&
        access.includes(letter),
    );
    return last?.allow ?? true;
  });
}

test('random rules mean the same to the program', () => {
  let seed = 20_240_611;
  const pick = <T>(...choices: T[]): T => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return choices[Math.floor((seed / 2 ** 31) * choices.length)] as T;
  };
  const accesses = ['r', 'w', 'm', 'rw', 'rm', 'wm', 'rwm'];
  const rule = (): LinuxDeviceRule => {
    const [major, minor] = [pick(undefined, 1, 2), pick(undefined, 1, 2)];
    return {
      allow: pick(true, false),
      type: pick('a', 'b', 'c'),
      access: pick(...accesses),
      ...(major === undefined ? {} : { major }),
      ...(minor === undefined ? {} : { minor }),
    };
  };
  for (let round = 0; round < 300; round += 1) {
    const rules = Array.from({ length: pick(1, 2, 3, 5, 8) }, rule);
    const program = deviceProgram(rules);
    assert.ok(reachable(program));
    for (let asked = 0; asked < 20; asked += 1) {
      const request = {
        type: pick<'b' | 'c'>('b', 'c'),
        major: pick(1, 2, 3),
        minor: pick(1, 2, 3),
        access: pick(...accesses),
      };
      assert.is(
        runDeviceProgram(program, request) === 1n,
        meaning(rules, request),
        JSON.stringify({ rules, request }),
      );
    }
  }
});

test('rules that mean nothing', async () => {
  const code = await codeOf(() => deviceProgram([{ allow: true, access: 'x' }]));
  assert.is(code, 'CGROUP_INVALID_VALUE');
});

test.run();
