import type { RuntimeSpec } from '@ctrkit/oci';
import type { Operation } from '@ctrkit/syscalls';
import { compileSeccomp } from '../seccomp/compile.ts';
import { filterFlags } from '../seccomp/flags.ts';

/** Installs the filter of the spec, where it has one. Throws SPEC_UNSUPPORTED, BUNDLE_INVALID. */
export function seccompPlan({ linux }: Pick<RuntimeSpec, 'linux'>): Operation[] {
  const profile = linux?.seccomp;
  if (profile === undefined) return [];
  return [{ op: 'seccomp', program: compileSeccomp(profile), flags: filterFlags(profile.flags) }];
}
