import type { LinuxDeviceRule } from '@ctrkit/oci';
import { defaultSpec } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { deviceWrites } from '../src/device-list.ts';
import { codeOf } from './support.ts';

const lines = (rules: readonly LinuxDeviceRule[], present?: string): string[] =>
  deviceWrites(rules, present).map(
    ({ file, value }) => `${file.slice('devices.'.length)} ${value}`,
  );

const nothing: LinuxDeviceRule = { allow: false, access: 'rwm' };
const zero: LinuxDeviceRule = { allow: true, type: 'c', major: 1, minor: 5, access: 'rw' };

test('the default rules: all shut, then what is open', () => {
  const rules = defaultSpec().linux?.resources?.devices ?? [];
  const all = lines(rules);
  assert.is(all[0], 'deny a');
  assert.ok(all.includes('allow c *:* m'));
  assert.ok(all.includes('allow b *:* m'));
  assert.ok(all.includes('allow c 1:3 rwm'));
  assert.ok(all.slice(1).every((line) => line.startsWith('allow ')));
  assert.not(all.some((line) => line.includes('10:200')));
});

test('no rules: no writes', () => {
  assert.equal(lines([]), []);
  assert.equal(lines([{ allow: true, access: 'rwm' }]), []);
});

test('an allow-list', () => {
  assert.equal(lines([nothing, zero]), ['deny a', 'allow c 1:5 rw']);
  assert.equal(lines([nothing, { allow: true, type: 'a', major: 7 }]), [
    'deny a',
    'allow b 7:* rwm',
    'allow c 7:* rwm',
  ]);
});

test('the same device twice is one line', () => {
  assert.equal(lines([nothing, zero, { ...zero, access: 'm' }]), ['deny a', 'allow c 1:5 rwm']);
});

test('the last rule counts', () => {
  assert.equal(lines([zero, nothing]), ['deny a']);
  assert.equal(lines([nothing, zero, { ...zero, allow: false, access: 'w' }]), [
    'deny a',
    'allow c 1:5 r',
  ]);
  const noneOfType: LinuxDeviceRule = { allow: false, type: 'c', access: 'rwm' };
  assert.equal(lines([nothing, zero, noneOfType]), ['deny a']);
});

test('a deny-list', () => {
  const deny: LinuxDeviceRule = { allow: false, type: 'b', major: 8, minor: 0 };
  assert.equal(lines([deny]), ['deny b 8:0 rwm']);
  assert.equal(lines([deny, { ...deny, allow: true, access: 'r' }]), ['deny b 8:0 wm']);
});

// The kernel takes such a rule without an error, and does nothing: the device would stay open.
test('a hole in an allowed range is refused, not lost', async () => {
  const range: LinuxDeviceRule = { allow: true, type: 'c', major: 1 };
  const hole: LinuxDeviceRule = { allow: false, type: 'c', major: 1, minor: 1 };
  assert.is(await codeOf(() => lines([nothing, range, hole])), 'CGROUP_INVALID_VALUE');
  const onlyOther: LinuxDeviceRule = { ...hole, type: 'b' };
  assert.equal(lines([nothing, range, onlyOther]), ['deny a', 'allow c 1:* rwm']);
});

test('from one allow-list to another only what differs is written', () => {
  const present = 'c *:* m\nc 1:3 rwm\nc 1:5 rwm\n';
  const rules: LinuxDeviceRule[] = [
    nothing,
    { allow: true, type: 'c', access: 'm' },
    { allow: true, type: 'c', major: 1, minor: 3 },
    { allow: true, type: 'c', major: 5, minor: 2, access: 'rw' },
  ];
  assert.equal(lines(rules, present), ['deny c 1:5 rwm', 'allow c 5:2 rw']);
});

test('from an open list a change begins anew', () => {
  assert.equal(lines([nothing, zero], 'a *:* rwm\n'), ['deny a', 'allow c 1:5 rw']);
  assert.equal(lines([{ allow: true }], 'c 1:3 rwm\n'), ['allow a']);
});

test('rules that mean nothing', async () => {
  const bad: LinuxDeviceRule[] = [
    { allow: true, access: 'rx' },
    { allow: true, access: '' },
    { allow: true, type: 'c', major: 4096 },
    { allow: true, type: 'c', major: 1, minor: -2 },
    { allow: true, type: 'c', major: 1.5 },
  ];
  for (const rule of bad) {
    assert.is(await codeOf(() => lines([rule])), 'CGROUP_INVALID_VALUE', JSON.stringify(rule));
  }
});

test('-1 stands for all', () => {
  assert.equal(lines([nothing, { allow: true, type: 'c', major: -1, minor: -1, access: 'm' }]), [
    'deny a',
    'allow c *:* m',
  ]);
});

test.run();
