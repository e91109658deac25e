import { allowedCalls, callsOfCapabilities, deniedCalls } from './default-seccomp-calls.ts';
import { defaultCapabilities } from './default-sandbox.ts';
import type { Seccomp, SeccompArg, SeccompArchitecture, SeccompSyscall } from './seccomp.ts';

const EPERM = 1;
const EINVAL = 22;
const ENOSYS = 38;

const architectures: readonly SeccompArchitecture[] = [
  'SCMP_ARCH_X86_64',
  'SCMP_ARCH_X86',
  'SCMP_ARCH_X32',
  'SCMP_ARCH_AARCH64',
  'SCMP_ARCH_ARM',
];

// linux/sched.h
const newNamespaces = {
  CLONE_NEWNS: 0x00020000,
  CLONE_NEWCGROUP: 0x02000000,
  CLONE_NEWUTS: 0x04000000,
  CLONE_NEWIPC: 0x08000000,
  CLONE_NEWUSER: 0x10000000,
  CLONE_NEWPID: 0x20000000,
  CLONE_NEWNET: 0x40000000,
};
const anyNamespace = Object.values(newNamespaces).reduce((all, flag) => all | flag);

/** What the kernel takes of an `int` argument, whatever stands in the upper half of its register. */
const INT = 0xffffffff;

// linux/socket.h, linux/netlink.h
const AF_NETLINK = 16;
const NETLINK_AUDIT = 9;
const AF_ALG = 38; // CVE-2026-31431
const AF_VSOCK = 40; // leads to the hypervisor, past every network namespace

// All families up to AF_MCTP but those above, as blocks of the lower bits that a mask leaves out: [first, size].
const familyBlocks = [
  [0, 16],
  [17, 1],
  [18, 2],
  [20, 4],
  [24, 8],
  [32, 4],
  [36, 2],
  [39, 1],
  [41, 1],
  [42, 2],
  [44, 2],
] as const;

// linux/personality.h: PER_LINUX, PER_LINUX32, UNAME26, both, and to ask.
const personalities = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff];

const allow = (...names: readonly string[]): SeccompSyscall => ({
  names: [...names],
  action: 'SCMP_ACT_ALLOW',
});

const deny = (...names: readonly string[]): SeccompSyscall => ({
  names: [...names],
  action: 'SCMP_ACT_ERRNO',
  errnoRet: EPERM,
});

const arg = (
  index: number,
  op: SeccompArg['op'],
  value: number,
  valueTwo?: number,
): SeccompArg => ({
  index,
  value,
  ...(valueTwo === undefined ? {} : { valueTwo }),
  op,
});

const family = (first: number, size = 1): SeccompArg =>
  arg(0, 'SCMP_CMP_MASKED_EQ', INT - (size - 1), first);

/*
 * No two of these rules are met at once: runtimes do not agree on which of several counts. By the mask they see the
 * family that the kernel sees: behind a comparison of 64 bits, `> 40`, 2^32 + AF_ALG would pass.
 */
const sockets = (): SeccompSyscall[] => [
  ...familyBlocks.map(([first, size]) => ({ ...allow('socket'), args: [family(first, size)] })),
  { ...deny('socket'), args: [family(AF_ALG)] },
  { ...deny('socket'), args: [family(AF_VSOCK)] },
];

const netlink = (): SeccompSyscall => ({ ...allow('socket'), args: [family(AF_NETLINK)] });

// Who may not write audit records is told that there is no audit: PAM takes EPERM for a failed login.
const netlinkWithoutAudit = (): SeccompSyscall[] => [
  {
    ...allow('socket'),
    args: [family(AF_NETLINK), arg(2, 'SCMP_CMP_NE', NETLINK_AUDIT)],
  },
  {
    ...deny('socket'),
    errnoRet: EINVAL,
    args: [family(AF_NETLINK), arg(2, 'SCMP_CMP_EQ', NETLINK_AUDIT)],
  },
];

const askingPersonality = (): SeccompSyscall[] =>
  personalities.map((persona) => ({
    ...allow('personality'),
    args: [arg(0, 'SCMP_CMP_EQ', persona)],
  }));

// clone3 has its flags in memory, where no filter can look: it is unknown, and programs fall back to clone.
const cloneWithoutNamespaces = (): SeccompSyscall[] => [
  { ...allow('clone'), args: [arg(0, 'SCMP_CMP_MASKED_EQ', anyNamespace, 0)] },
  ...Object.values(newNamespaces).map((flag) => ({
    ...deny('clone'),
    args: [arg(0, 'SCMP_CMP_MASKED_EQ', flag, flag)],
  })),
];

/**
 * The default filter of a container with these capabilities, a new one: what programs need is allowed, what is known to
 * be dangerous is refused (EPERM), and what is not known is not there (ENOSYS). Not looser than docker's or podman's.
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#seccomp
 */
export function defaultSeccomp(capabilities: readonly string[] = defaultCapabilities): Seccomp {
  const capable = capabilities.flatMap((capability) => callsOfCapabilities[capability] ?? []);
  const allowed = new Set([...allowedCalls, ...capable]);
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: ENOSYS,
    architectures: [...architectures],
    syscalls: [
      allow(...allowed),
      deny(...deniedCalls.filter((name) => !allowed.has(name))),
      ...sockets(),
      ...(capabilities.includes('CAP_AUDIT_WRITE') ? [netlink()] : netlinkWithoutAudit()),
      ...askingPersonality(),
      ...(allowed.has('clone') ? [] : cloneWithoutNamespaces()),
    ],
  };
}
