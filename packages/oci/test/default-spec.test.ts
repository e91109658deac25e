import { defaultCapabilities, defaultMounts, defaultSpec, dockerCapabilities } from '@ctrkit/oci';
import type { LinuxDeviceRule } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

// https://github.com/torvalds/linux/blob/v6.12/include/uapi/linux/capability.h
const numbers: Record<string, bigint> = {
  CAP_CHOWN: 0n,
  CAP_DAC_OVERRIDE: 1n,
  CAP_FOWNER: 3n,
  CAP_FSETID: 4n,
  CAP_KILL: 5n,
  CAP_SETGID: 6n,
  CAP_SETUID: 7n,
  CAP_SETPCAP: 8n,
  CAP_NET_BIND_SERVICE: 10n,
  CAP_NET_RAW: 13n,
  CAP_SYS_CHROOT: 18n,
  CAP_MKNOD: 27n,
  CAP_AUDIT_WRITE: 29n,
  CAP_SETFCAP: 31n,
};

const mask = (names: readonly string[]): string =>
  names.reduce((bits, name) => bits | (1n << (numbers[name] ?? 63n)), 0n).toString(16);

test("the capabilities are podman's, docker's on demand, as /proc/self/status shows them", () => {
  assert.is(mask(defaultCapabilities), '800405fb');
  assert.is(mask(dockerCapabilities), 'a80425fb');
});

test('a process has the capabilities, and hands none on', () => {
  const { capabilities } = defaultSpec().process ?? {};
  assert.equal(capabilities?.bounding, [...defaultCapabilities]);
  assert.equal(capabilities?.effective, capabilities?.bounding);
  assert.equal(capabilities?.permitted, capabilities?.bounding);
  assert.equal(capabilities?.inheritable, []);
  assert.equal(capabilities?.ambient, []);
});

test('namespaces of its own', () => {
  const types = defaultSpec().linux?.namespaces?.map(({ type }) => type);
  assert.is(types?.toSorted().join(' '), 'cgroup ipc mount network pid uts');
});

test('no mount lets programs gain privileges; sysfs and cgroup are read-only', () => {
  for (const { destination, options = [] } of defaultSpec().mounts ?? []) {
    assert.ok(options.includes('nosuid'), destination);
    assert.ok(options.includes('noexec'), destination);
    const devices = destination === '/dev' || destination === '/dev/pts';
    assert.is(options.includes('nodev'), !devices, destination);
    assert.is(options.includes('ro'), destination.startsWith('/sys'), destination);
  }
});

test('mounts come after those that they are in', () => {
  const seen = ['/'];
  for (const { destination } of defaultMounts) {
    const under = defaultMounts.filter((mount) => destination.startsWith(`${mount.destination}/`));
    assert.ok(under.every((mount) => seen.includes(mount.destination)));
    seen.push(destination);
  }
});

// What docker 29, docker 20.10 and podman 4.3 mask between them, beside each CPU's thermal_throttle.
test('all that docker or podman masks is masked', () => {
  const masked = new Set(defaultSpec().linux?.maskedPaths);
  const proc =
    'acpi asound interrupts kcore keys latency_stats sched_debug scsi timer_list timer_stats';
  for (const name of proc.split(' ')) assert.ok(masked.has(`/proc/${name}`), name);
  for (const name of ['dev/block', 'devices/virtual/powercap', 'firmware', 'fs/selinux']) {
    assert.ok(masked.has(`/sys/${name}`), name);
  }
  const readonly = defaultSpec().linux?.readonlyPaths ?? [];
  for (const name of ['bus', 'fs', 'irq', 'sys', 'sysrq-trigger']) {
    assert.ok(readonly.includes(`/proc/${name}`), name);
  }
  assert.not.ok(readonly.some((path) => masked.has(path)));
});

function isAllowed(
  rules: readonly LinuxDeviceRule[],
  type: 'b' | 'c',
  major: number,
  minor: number,
  access: string,
): boolean {
  const last = rules.findLast(
    (rule) =>
      (rule.type === 'a' || rule.type === type) &&
      (rule.major ?? major) === major &&
      (rule.minor ?? minor) === minor &&
      rule.access?.includes(access) === true,
  );
  return last?.allow ?? true;
}

test('the usual devices can be opened, others not', () => {
  const rules = defaultSpec().linux?.resources?.devices ?? [];
  for (const [major, minor] of [
    [1, 3],
    [1, 5],
    [1, 7],
    [1, 8],
    [1, 9],
    [5, 0],
    [5, 2],
    [136, 9],
  ] as const) {
    assert.ok(isAllowed(rules, 'c', major, minor, 'r') && isAllowed(rules, 'c', major, minor, 'w'));
  }
  // mem, kmsg, /dev/net/tun, fuse; then a disk
  for (const [major, minor] of [
    [1, 1],
    [1, 11],
    [10, 200],
    [10, 229],
  ] as const) {
    assert.not.ok(
      isAllowed(rules, 'c', major, minor, 'r') || isAllowed(rules, 'c', major, minor, 'w'),
    );
  }
  assert.not.ok(isAllowed(rules, 'b', 8, 0, 'r'));
  assert.ok(isAllowed(rules, 'b', 8, 0, 'm'));
});

test('each call gives a spec of its own', () => {
  const first = defaultSpec();
  const before = JSON.stringify(first);
  first.process?.capabilities?.bounding?.push('CAP_SYS_ADMIN');
  first.mounts?.[0]?.options?.push('suid');
  first.mounts?.pop();
  first.linux?.maskedPaths?.splice(0);
  const rule = first.linux?.resources?.devices?.[0];
  if (rule !== undefined) rule.allow = true;
  assert.is(JSON.stringify(defaultSpec()), before);
});

test.run();
