import type { Seccomp } from '@ctrkit/oci';
import { NsExecError } from '../ns-exec-error.ts';
import { killProcess, returnValue } from './action.ts';
import { architecturesOf, X32_BIT } from './architectures.ts';
import type { Architecture } from './architectures.ts';
import { Assembler, jumps } from './assembler.ts';
import type { Label } from './assembler.ts';
import { writeDecision } from './decision.ts';
import { rangesOf } from './ranges.ts';
import type { Range } from './ranges.ts';
import { verdictsOf } from './rules.ts';
import type { Verdicts } from './rules.ts';

/** Of `struct seccomp_data`. */
const NUMBER = 0;
const ARCHITECTURE = 4;

// The machine's own architecture is always part of a filter, as libseccomp has it; others only where they are named.
function chosen(profile: Seccomp, machine: string): Map<number, Architecture[]> {
  const known = architecturesOf(machine);
  if (known === undefined) {
    throw new NsExecError(
      'SPEC_UNSUPPORTED',
      `linux.seccomp: no system calls of ${machine} are known`,
    );
  }
  const names = new Set<string>([known[0].name, ...(profile.architectures ?? [])]);
  const byAudit = new Map<number, Architecture[]>();
  for (const architecture of known) {
    if (!names.has(architecture.name)) continue;
    byAudit.set(architecture.audit, [...(byAudit.get(architecture.audit) ?? []), architecture]);
  }
  return byAudit;
}

// A call of x32 is one of x86-64 by its architecture, and of none by its number where x32 is not wanted.
function rangesOfAll(
  verdicts: Verdicts,
  architectures: readonly Architecture[],
  rest: number,
): Range[] {
  const alone = architectures.every(({ bit }) => bit === 0);
  const kill = { start: X32_BIT, verdict: killProcess, bits: 64 } as const;
  const foreign = alone && architectures[0]?.name === 'SCMP_ARCH_X86_64';
  return [
    ...architectures.flatMap((one) => rangesOf(verdicts, one, rest)),
    ...(foreign ? [kill, { start: 0xffff_ffff, verdict: rest, bits: 64 } as const] : []),
  ];
}

/**
 * A seccomp profile (config-linux.md#seccomp) as a program for seccomp(2), an array of `struct sock_filter`. Calls of
 * another architecture kill the process. `machine` is Node's name of an architecture.
 * Throws SPEC_UNSUPPORTED for what needs a listener, and where the program is larger than the kernel takes; BUNDLE_INVALID.
 */
export function compileSeccomp(profile: Seccomp, machine: string = process.arch): Uint8Array {
  const rest = returnValue(profile.defaultAction, profile.defaultErrnoRet);
  const verdicts = verdictsOf(profile);
  const assembler = new Assembler();
  let next: Label = assembler.end(killProcess);
  for (const [audit, architectures] of [...chosen(profile, machine)].toReversed()) {
    const ranges = rangesOfAll(verdicts, architectures, rest);
    const decision = assembler.load(NUMBER, writeDecision(assembler, ranges, rest));
    next = assembler.branch(jumps.equal, audit, decision, next);
  }
  assembler.load(ARCHITECTURE, next);
  return assembler.program();
}
