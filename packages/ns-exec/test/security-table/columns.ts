/** A call, and whether engines let it reach the kernel: docker 20.10 and 29, podman 4.3 and 5, in this order. */
export interface CallRow {
  readonly what: string;
  readonly call: string;
  readonly args: readonly number[];
  /** `-`: refused by a filter or for want of a capability; `+`: reaches the kernel. */
  readonly docker: readonly ['-' | '+', '-' | '+'];
  readonly podman: readonly ['-' | '+', '-' | '+'];
}

const row = (what: string, call: string, args: readonly number[], columns: string): CallRow => {
  const [a, b, c, d] = columns.split(' ') as ('-' | '+')[];
  return { what, call, args, docker: [a ?? '-', b ?? '-'], podman: [c ?? '-', d ?? '-'] };
};

const CLONE_NEWUSER = 0x10000000;
const SIGCHLD = 17;
const KEY_SPEC_SESSION_KEYRING = 2 ** 32 - 3;
const ADDR_NO_RANDOMIZE = 0x0040000;
const [AF_PACKET, AF_ALG, AF_VSOCK] = [17, 38, 40];
const [SOCK_STREAM, SOCK_RAW, SOCK_SEQPACKET] = [1, 3, 5];

/**
 * The system calls of the table of sandboxes, measured on docker 20.10.24 and podman 4.3.1 as root with default flags, and
 * read from the sources of docker 29 and podman 5. Without arguments: with such as the kernel takes for an error.
 */
export const callRows: readonly CallRow[] = [
  row('unshare, a user namespace', 'unshare', [CLONE_NEWUSER], '- - + +'),
  row('clone, a user namespace', 'clone', [CLONE_NEWUSER + SIGCHLD, 0, 0, 0, 0], '- - + +'),
  row('clone3', 'clone3', [0, 0], '- - + +'),
  row('mount', 'mount', [0, 0, 0, 0, 0], '- - - -'),
  row('fsopen', 'fsopen', [0, 0], '- - - -'),
  row('setns', 'setns', [], '- - - -'),
  row('pivot_root', 'pivot_root', [0, 0], '- - - -'),
  row('io_uring_setup', 'io_uring_setup', [1, 0], '+ - - -'),
  row('keyctl', 'keyctl', [0, KEY_SPEC_SESSION_KEYRING, 0], '- - + +'),
  row('add_key', 'add_key', [0, 0, 0, 0, 0], '- - - -'),
  row('request_key', 'request_key', [0, 0, 0, 0], '- - - -'),
  row('bpf', 'bpf', [0, 0, 0], '- - - -'),
  row('perf_event_open', 'perf_event_open', [0], '- - - -'),
  row('userfaultfd', 'userfaultfd', [1], '- - - -'),
  row('process_vm_readv', 'process_vm_readv', [1, 0, 0, 0, 0, 0], '- + + +'),
  row('kcmp', 'kcmp', [1, 1, 0, 0, 0], '- - - -'),
  row('pidfd_getfd', 'pidfd_getfd', [], '- - + +'),
  row('personality, no randomisation', 'personality', [ADDR_NO_RANDOMIZE], '- - - -'),
  row('socket, AF_VSOCK', 'socket', [AF_VSOCK, SOCK_STREAM, 0], '+ - + +'),
  row('socket, AF_ALG', 'socket', [AF_ALG, SOCK_SEQPACKET, 0], '+ - + +'),
  row('socket, AF_ALG with a bit that the kernel drops', 'socket', [2 ** 32 + AF_ALG, SOCK_SEQPACKET, 0], '+ + + +'), // prettier-ignore
  row('socket, AF_PACKET', 'socket', [AF_PACKET, SOCK_RAW, 0], '+ + - +'),
];

/** How many calls of x86-64 docker 29 and podman 4.3 allow whatever their arguments. */
export const unconditionallyAllowed: readonly number[] = [306, 310];

/** What the table says of everything but system calls; where engines differ, the closest. */
export const closest = {
  /** podman's eleven. */
  capabilities: 0x800405fbn,
  readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
  maskedPaths: [
    '/proc/acpi',
    '/proc/asound',
    '/proc/interrupts',
    '/proc/kcore',
    '/proc/keys',
    '/proc/latency_stats',
    '/proc/sched_debug',
    '/proc/scsi',
    '/proc/timer_list',
    '/proc/timer_stats',
    '/sys/dev/block',
    '/sys/devices/virtual/powercap',
    '/sys/firmware',
    '/sys/fs/selinux',
  ],
  mountOptions: [
    ['/proc', ['nosuid', 'nodev', 'noexec']],
    ['/sys', ['ro', 'nosuid', 'nodev', 'noexec']],
    ['/dev', ['nosuid', 'noexec']],
    ['/dev/pts', ['nosuid', 'noexec']],
    ['/dev/mqueue', ['nosuid', 'nodev', 'noexec']],
    ['/dev/shm', ['nosuid', 'nodev', 'noexec']],
  ],
  /** In kilobytes. */
  sharedMemory: 65536,
  devices: 'fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero',
  namespaces: ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts'],
  descriptors: ['0', '1', '2'],
  umask: 0o022,
  unprivilegedPortStart: 1024,
} as const;
