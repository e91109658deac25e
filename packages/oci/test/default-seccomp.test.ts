import { defaultCapabilities, defaultSeccomp, defaultSpec, dockerCapabilities } from '@ctrkit/oci';
import type { Seccomp, SeccompSyscall } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const always = ({ args = [] }: SeccompSyscall): boolean => args.length === 0;

/** What a call gets whatever its arguments: ok, an errno, or `arguments` where they decide. */
function answer({ syscalls = [], defaultErrnoRet }: Seccomp, name: string): number | string {
  const rules = syscalls.filter(({ names }) => names.includes(name));
  const rule = rules.find(always);
  if (rule === undefined) return rules.length > 0 ? 'arguments' : (defaultErrnoRet ?? 1);
  return rule.action === 'SCMP_ACT_ALLOW' ? 'ok' : (rule.errnoRet ?? 1);
}

const ENOSYS = 38;

test('a default spec has it', () => {
  assert.equal(defaultSpec().linux?.seccomp, defaultSeccomp(defaultCapabilities));
});

test('what programs need is allowed', () => {
  const names =
    'read write openat openat2 mmap execve fork vfork wait4 futex futex_time64 epoll_pwait2 socketpair connect accept4 ' +
    'sendmsg setuid setgroups chown setxattr prctl seccomp ptrace landlock_restrict_self rseq statx memfd_create ' +
    'set_robust_list clock_nanosleep_time64 timer_create shmget mq_open io_setup copy_file_range close_range chroot ' +
    'arch_prctl set_tls cacheflush socketcall ipc sched_setaffinity inotify_add_watch fanotify_mark mknod';
  for (const name of names.split(' ')) assert.is(answer(defaultSeccomp(), name), 'ok', name);
});

test('what is dangerous is refused', () => {
  const names =
    'unshare setns mount umount2 pivot_root move_mount open_tree fsopen keyctl add_key request_key bpf perf_event_open ' +
    'userfaultfd process_vm_readv process_vm_writev kcmp pidfd_getfd kexec_load init_module finit_module reboot ' +
    'syslog swapon acct iopl ioperm settimeofday clock_settime open_by_handle_at quotactl sethostname vmsplice';
  for (const name of names.split(' ')) assert.is(answer(defaultSeccomp(), name), 1, name);
});

test('what is unknown is not there, and neither are clone3 and io_uring', () => {
  for (const name of ['clone3', 'io_uring_setup', 'io_uring_enter', 'listns', 'no_such_call']) {
    assert.is(answer(defaultSeccomp(), name), ENOSYS, name);
  }
});

test('arguments decide on clone, socket and personality', () => {
  for (const name of ['clone', 'socket', 'personality']) {
    assert.is(answer(defaultSeccomp(), name), 'arguments', name);
  }
});

test('a capability brings the calls that it is for', () => {
  for (const [capability, ...names] of [
    ['CAP_SYS_ADMIN', 'mount', 'unshare', 'setns', 'clone', 'clone3', 'bpf', 'pivot_root'],
    ['CAP_SYS_PTRACE', 'process_vm_readv', 'kcmp', 'pidfd_getfd'],
    ['CAP_SYS_TIME', 'settimeofday', 'clock_settime64'],
    ['CAP_SYSLOG', 'syslog'],
    ['CAP_BPF', 'bpf'],
  ] as const) {
    const profile = defaultSeccomp([capability]);
    for (const name of names) assert.is(answer(profile, name), 'ok', name);
  }
  assert.is(answer(defaultSeccomp([]), 'chroot'), 1);
  assert.is(answer(defaultSeccomp(dockerCapabilities), 'unshare'), 1);
});

test('no call stands in two rules without conditions, or in one with and one without', () => {
  for (const capabilities of [defaultCapabilities, dockerCapabilities, [], ['CAP_SYS_ADMIN']]) {
    const { syscalls = [] } = defaultSeccomp(capabilities);
    const names = syscalls.filter(always).flatMap((rule) => rule.names);
    assert.is(new Set(names).size, names.length);
    const conditional = syscalls.filter((rule) => !always(rule)).flatMap((rule) => rule.names);
    assert.not.ok(conditional.some((name) => names.includes(name)));
  }
});

type Values = readonly [bigint, bigint?, bigint?];

function holds(rule: SeccompSyscall, values: Values): boolean {
  return (rule.args ?? []).every(({ index, op, value, valueTwo = 0 }) => {
    const arg = values[index] ?? 0n;
    if (op === 'SCMP_CMP_EQ') return arg === BigInt(value);
    if (op === 'SCMP_CMP_NE') return arg !== BigInt(value);
    return (arg & BigInt(value)) === BigInt(valueTwo);
  });
}

/** What rules with conditions say to these arguments; more than one answer is one too many. */
function answers(profile: Seccomp, name: string, values: Values): (number | string | undefined)[] {
  return (profile.syscalls ?? [])
    .filter((rule) => rule.names.includes(name) && holds(rule, values))
    .map(({ action, errnoRet }) => (action === 'SCMP_ACT_ALLOW' ? 'ok' : errnoRet));
}

const AF_ALG = 38n;
const AF_VSOCK = 40n;

test('every family of sockets has one answer: AF_ALG and AF_VSOCK are refused, what comes after AF_MCTP is unknown', () => {
  for (let family = 0n; family < 64n; family++) {
    const expected = family === AF_ALG || family === AF_VSOCK ? [1] : family < 46n ? ['ok'] : [];
    // The kernel takes the lower half of the register.
    for (const upper of [0n, 1n << 32n, 0xffffffffn << 32n]) {
      const got = answers(defaultSeccomp(), 'socket', [upper | family]);
      assert.equal(got, expected, `${upper | family}`);
    }
  }
});

test('a netlink socket for audit records is for who may write them; others are told that there is no audit', () => {
  const [AF_NETLINK, NETLINK_ROUTE, NETLINK_AUDIT] = [16n, 0n, 9n];
  const EINVAL = 22;
  const audit: Values = [AF_NETLINK, 3n, NETLINK_AUDIT];
  assert.equal(answers(defaultSeccomp(), 'socket', [AF_NETLINK, 3n, NETLINK_ROUTE]), ['ok']);
  assert.equal(answers(defaultSeccomp(), 'socket', audit), [EINVAL]);
  assert.equal(answers(defaultSeccomp(dockerCapabilities), 'socket', audit), ['ok']);
});

test('clone makes processes and threads, and no namespace', () => {
  const flags = [0x00020000n, 0x02000000n, 0x04000000n, 0x08000000n, 0x10000000n, 0x20000000n, 0x40000000n]; // prettier-ignore
  const thread = 0x3d0f00n;
  for (const value of [17n, thread, 0x01200011n]) {
    assert.equal(answers(defaultSeccomp(), 'clone', [value]), ['ok']);
    for (const flag of flags) {
      assert.equal(answers(defaultSeccomp(), 'clone', [value | flag]), [1], `${value | flag}`);
    }
  }
});

test('personality: the ordinary ones, and to ask', () => {
  for (const value of [0n, 8n, 0x20000n, 0x20008n, 0xffffffffn]) {
    assert.equal(answers(defaultSeccomp(), 'personality', [value]), ['ok']);
  }
  // ADDR_NO_RANDOMIZE, READ_IMPLIES_EXEC
  for (const value of [0x40000n, 0x400000n, 0x1_0004_0000n]) {
    assert.equal(answers(defaultSeccomp(), 'personality', [value]), []);
  }
});

test('each call gives a profile of its own', () => {
  const before = JSON.stringify(defaultSeccomp());
  for (const { names, args } of defaultSeccomp().syscalls ?? []) {
    names.push('mount');
    for (const arg of args ?? []) arg.value = 7;
  }
  defaultSeccomp().architectures?.pop();
  assert.is(JSON.stringify(defaultSeccomp()), before);
});

test.run();
