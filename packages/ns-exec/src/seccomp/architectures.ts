import { aarch64 } from './tables/aarch64.ts';
import { arm } from './tables/arm.ts';
import { i386 } from './tables/i386.ts';
import { x32 } from './tables/x32.ts';
import { x86_64 } from './tables/x86-64.ts';

/** A set of system calls that a process of this machine can make. */
export interface Architecture {
  /** As the runtime specification names it. */
  readonly name: string;
  /** AUDIT_ARCH_* of `struct seccomp_data` (linux/audit.h). */
  readonly audit: number;
  /** Its calls in the order of their numbers: a number, and the names from there on. */
  readonly calls: string;
  /** Set in every number. */
  readonly bit: number;
  /** Of an argument: the upper half of a 32-bit architecture's registers is not the program's. */
  readonly bits: 32 | 64;
  /** Whether some calls can be made through others: see multiplexedVerdict. */
  readonly multiplexes: boolean;
}

/** Numbers from here on are x32's (asm/unistd.h, __X32_SYSCALL_BIT); all ones is no call but -1. */
export const X32_BIT = 0x40000000;

const x86: readonly Architecture[] = [
  {
    name: 'SCMP_ARCH_X86_64',
    audit: 0xc000003e,
    calls: x86_64,
    bit: 0,
    bits: 64,
    multiplexes: false,
  },
  {
    name: 'SCMP_ARCH_X32',
    audit: 0xc000003e,
    calls: x32,
    bit: X32_BIT,
    bits: 32,
    multiplexes: false,
  },
  { name: 'SCMP_ARCH_X86', audit: 0x40000003, calls: i386, bit: 0, bits: 32, multiplexes: true },
];
const arm64: readonly Architecture[] = [
  {
    name: 'SCMP_ARCH_AARCH64',
    audit: 0xc00000b7,
    calls: aarch64,
    bit: 0,
    bits: 64,
    multiplexes: false,
  },
  { name: 'SCMP_ARCH_ARM', audit: 0x40000028, calls: arm, bit: 0, bits: 32, multiplexes: false },
];

/** The architectures of a machine, by Node's name of it, its own first. */
export function architecturesOf(
  machine: string,
): readonly [Architecture, ...Architecture[]] | undefined {
  const [own, ...others] = machine === 'x64' ? x86 : machine === 'arm64' ? arm64 : [];
  return own === undefined ? undefined : [own, ...others];
}
