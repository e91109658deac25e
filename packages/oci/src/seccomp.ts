// Types of a bundle's linux.seccomp.
// https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#seccomp

export interface Seccomp {
  defaultAction: SeccompAction;
  /** @default EPERM */
  defaultErrnoRet?: number;
  /** Beside the machine's own. */
  architectures?: SeccompArchitecture[];
  flags?: SeccompFlag[];
  listenerPath?: string;
  listenerMetadata?: string;
  syscalls?: SeccompSyscall[];
}

export interface SeccompSyscall {
  names: string[];
  action: SeccompAction;
  /** @default EPERM */
  errnoRet?: number;
  args?: SeccompArg[];
}

/** A comparison of one argument, `index` of 0 to 5, as an unsigned number. */
export interface SeccompArg {
  index: number;
  /** What it is compared with; for SCMP_CMP_MASKED_EQ a mask. */
  value: number;
  /** For SCMP_CMP_MASKED_EQ: what the argument is behind the mask. */
  valueTwo?: number;
  op: SeccompOperator;
}

export type SeccompAction =
  | 'SCMP_ACT_KILL'
  | 'SCMP_ACT_KILL_PROCESS'
  | 'SCMP_ACT_KILL_THREAD'
  | 'SCMP_ACT_TRAP'
  | 'SCMP_ACT_ERRNO'
  | 'SCMP_ACT_TRACE'
  | 'SCMP_ACT_ALLOW'
  | 'SCMP_ACT_LOG'
  | 'SCMP_ACT_NOTIFY';

export type SeccompOperator =
  | 'SCMP_CMP_NE'
  | 'SCMP_CMP_LT'
  | 'SCMP_CMP_LE'
  | 'SCMP_CMP_EQ'
  | 'SCMP_CMP_GE'
  | 'SCMP_CMP_GT'
  | 'SCMP_CMP_MASKED_EQ';

/** `SCMP_ARCH_X86_64` and the like. */
export type SeccompArchitecture = `SCMP_ARCH_${string}`;

/** `SECCOMP_FILTER_FLAG_LOG` and the like. */
export type SeccompFlag = `SECCOMP_FILTER_FLAG_${string}`;
