import { readFileSync } from 'node:fs';
import { NsExecError } from '../ns-exec-error.ts';

/** Capabilities in the order of their numbers (linux/capability.h). */
const names = `
  CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
  NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT
  SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE
  AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ
  PERFMON BPF CHECKPOINT_RESTORE
`;

const bits: ReadonlyMap<string, bigint> = new Map(
  names
    .trim()
    .split(/\s+/)
    .map((name, number) => [`CAP_${name}`, 1n << BigInt(number)]),
);

/** The set of capabilities as a mask. Throws SPEC_UNSUPPORTED for an unknown name. */
export function capabilityMask(capabilities: readonly string[] = []): bigint {
  return capabilities.reduce((mask, name) => {
    const bit = bits.get(name);
    if (bit === undefined) {
      throw new NsExecError('SPEC_UNSUPPORTED', `unknown capability ${JSON.stringify(name)}`);
    }
    return mask | bit;
  }, 0n);
}

/** Those that this process may have (proc_pid_status(5)). */
export function permittedCapabilities(): bigint {
  const [, hex = '0'] =
    /^CapPrm:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return BigInt(`0x${hex}`);
}
