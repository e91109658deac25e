import type { Seccomp, SeccompSyscall } from '@ctrkit/oci';
import { returnValue } from './action.ts';
import { conditionOf } from './condition.ts';
import type { Condition } from './condition.ts';

/** What becomes of a call whose arguments meet all conditions. */
export interface Rule {
  readonly conditions: readonly Condition[];
  readonly value: number;
}

/** What becomes of a call: one value whatever its arguments, or that of the first rule that is met. */
export type Verdict = number | readonly Rule[];

/** The verdicts of a profile by the names of calls; the others get its default. */
export type Verdicts = ReadonlyMap<string, Verdict>;

// As runc has it: of several conditions on one argument one is enough; on several arguments, all count.
function alternatives(conditions: readonly Condition[]): readonly (readonly Condition[])[] {
  const areDistinct = new Set(conditions.map(({ index }) => index)).size === conditions.length;
  if (areDistinct) return [conditions];
  return conditions.map((condition) => [condition]);
}

function verdictOf({ action, errnoRet, args }: SeccompSyscall): Verdict {
  const value = returnValue(action, errnoRet);
  if (args === undefined || args.length === 0) return value;
  return alternatives(args.map(conditionOf)).map((conditions) => ({ conditions, value }));
}

// As libseccomp has it: a rule without conditions is the call's only one, wherever it stands.
function merged(present: Verdict | undefined, verdict: Verdict): Verdict {
  if (typeof present === 'number') return present;
  return present === undefined || typeof verdict === 'number' ? verdict : [...present, ...verdict];
}

/** What a profile says of each call that it names. Throws SPEC_UNSUPPORTED, BUNDLE_INVALID. */
export function verdictsOf({ syscalls = [] }: Seccomp): Verdicts {
  const verdicts = new Map<string, Verdict>();
  for (const rule of syscalls) {
    const verdict = verdictOf(rule);
    for (const name of rule.names) verdicts.set(name, merged(verdicts.get(name), verdict));
  }
  return verdicts;
}
