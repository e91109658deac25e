import type { LinuxDeviceRule } from './linux-resources.ts';
import type { LinuxDevice, Mount } from './runtime-spec.ts';

/** Where programs are looked for when neither image nor user says. */
export const defaultPath: string = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What root in a container may do: podman's eleven. */
export const defaultCapabilities: readonly string[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_NET_BIND_SERVICE',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
];

/** Docker's fourteen: three more, which let a container forge packets, audit records and device nodes. */
export const dockerCapabilities: readonly string[] = [
  ...defaultCapabilities,
  'CAP_AUDIT_WRITE',
  'CAP_MKNOD',
  'CAP_NET_RAW',
].toSorted();

/** The file systems of a container beside its root, in the order of mounting. */
export const defaultMounts: readonly Readonly<Mount>[] = [
  mount('/proc', 'proc', 'proc', 'nosuid noexec nodev'),
  mount('/dev', 'tmpfs', 'tmpfs', 'nosuid noexec strictatime mode=755 size=65536k'),
  mount('/dev/pts', 'devpts', 'devpts', 'nosuid noexec newinstance ptmxmode=0666 mode=0620 gid=5'),
  mount('/dev/mqueue', 'mqueue', 'mqueue', 'nosuid noexec nodev'),
  mount('/dev/shm', 'tmpfs', 'shm', 'nosuid noexec nodev mode=1777 size=65536k'),
  mount('/sys', 'sysfs', 'sysfs', 'nosuid noexec nodev ro'),
  mount('/sys/fs/cgroup', 'cgroup', 'cgroup', 'nosuid noexec nodev relatime ro'),
];

function mount(destination: string, type: string, source: string, options: string): Mount {
  return { destination, type, source, options: options.split(' ') };
}

/**
 * What no process of a container may see: all that docker or podman hides. Each CPU's `thermal_throttle`
 * belongs to them too; those depend on the machine, so whoever knows it adds them.
 */
export const maskedPaths: readonly string[] = [
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
];

/** What no process of a container may change. */
export const readonlyPaths: readonly string[] = [
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
];

/**
 * The devices that every container has.
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#default-devices
 */
export const defaultDevices: readonly Readonly<LinuxDevice>[] = [
  device('/dev/null', 1, 3),
  device('/dev/zero', 1, 5),
  device('/dev/full', 1, 7),
  device('/dev/random', 1, 8),
  device('/dev/urandom', 1, 9),
  device('/dev/tty', 5, 0),
];

function device(path: string, major: number, minor: number): LinuxDevice {
  return { path, type: 'c', major, minor, fileMode: 0o666, uid: 0, gid: 0 };
}

/**
 * The symbolic links in every container's /dev, path and target.
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/runtime-linux.md#dev-symbolic-links
 */
export const defaultDeviceLinks: readonly (readonly [path: string, target: string])[] = [
  ['/dev/fd', '/proc/self/fd'],
  ['/dev/stdin', '/proc/self/fd/0'],
  ['/dev/stdout', '/proc/self/fd/1'],
  ['/dev/stderr', '/proc/self/fd/2'],
  ['/dev/ptmx', 'pts/ptmx'],
];

/**
 * Which devices a container may use, docker's rules without /dev/net/tun: making any node is left to CAP_MKNOD,
 * opening is not.
 */
export const defaultDeviceRules: readonly Readonly<LinuxDeviceRule>[] = [
  { allow: false, type: 'a', access: 'rwm' },
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  ...defaultDevices.map(({ major = 0, minor = 0 }) => allowed(major, minor)),
  allowed(5, 1), // /dev/console
  allowed(5, 2), // /dev/ptmx
  { allow: true, type: 'c', major: 136, access: 'rwm' }, // the terminals of /dev/pts
];

function allowed(major: number, minor: number): LinuxDeviceRule {
  return { allow: true, type: 'c', major, minor, access: 'rwm' };
}
