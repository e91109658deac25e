import type { SeccompAction } from '@ctrkit/oci';
import { NsExecError } from '../ns-exec-error.ts';

const EPERM = 1;
/** SECCOMP_RET_DATA: what a return value has room for beside the action. */
const MAX_DATA = 0xffff;

/** SECCOMP_RET_* by the runtime specification's names (linux/seccomp.h). */
const values: Readonly<Partial<Record<string, number>>> = {
  SCMP_ACT_KILL: 0x00000000,
  SCMP_ACT_KILL_THREAD: 0x00000000,
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_TRAP: 0x00030000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
};
const withData = new Set<string>(['SCMP_ACT_ERRNO', 'SCMP_ACT_TRACE']);

/** What a call ends with that no architecture of the filter makes. */
export const killProcess = 0x80000000;

/**
 * The return value of a filter for an action (config-linux.md#seccomp): `errnoRet`, EPERM by default, is for ERRNO and
 * TRACE only. Throws SPEC_UNSUPPORTED for what needs somebody who answers; BUNDLE_INVALID.
 */
export function returnValue(action: SeccompAction, errnoRet?: number): number {
  const value = values[action];
  if (value === undefined) {
    throw new NsExecError(
      'SPEC_UNSUPPORTED',
      `linux.seccomp: no action ${JSON.stringify(action)}`,
      {
        hint: 'actions that another process decides on (SCMP_ACT_NOTIFY) are not supported',
      },
    );
  }
  if (!withData.has(action)) {
    if (errnoRet === undefined) return value;
    throw new NsExecError('BUNDLE_INVALID', `linux.seccomp: ${action} has no errnoRet`);
  }
  const data = errnoRet ?? EPERM;
  if (Number.isInteger(data) && data >= 0 && data <= MAX_DATA) return value + data;
  throw new NsExecError('BUNDLE_INVALID', `linux.seccomp: the errnoRet ${data} is out of range`);
}
