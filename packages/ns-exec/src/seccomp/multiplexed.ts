import { returnValue } from './action.ts';
import { conditionOf } from './condition.ts';
import type { Rule, Verdict, Verdicts } from './rules.ts';

/** Calls of i386 that are also made through another one, which has their number as its first argument. */
const multiplexers: ReadonlyMap<string, string> = new Map([
  // linux/net.h
  [
    'socketcall',
    '- socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom ' +
      'shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg',
  ],
  // linux/ipc.h
  [
    'ipc',
    '- semop semget semctl semtimedop - - - - - - msgsnd msgrcv msgget msgctl - - - - - - ' +
      'shmat shmdt shmget shmctl',
  ],
]);

const permissive = new Set([returnValue('SCMP_ACT_ALLOW'), returnValue('SCMP_ACT_LOG')]);

// A call's own arguments are in memory then, where a filter cannot look: what would allow only some of them allows none.
function valueThrough(verdict: Verdict | undefined): number | undefined {
  if (typeof verdict !== 'object') return verdict;
  return verdict.find(({ value }) => !permissive.has(value))?.value;
}

function throughMultiplexer(verdict: Verdict | undefined, first: number): Rule[] {
  const value = valueThrough(verdict);
  if (value === undefined) return [];
  return [{ conditions: [conditionOf({ index: 0, op: 'SCMP_CMP_EQ', value: first })], value }];
}

/**
 * What becomes of a call of i386 that makes others, as libseccomp has it: what is said of `socket` is said of
 * `socketcall` with its number too, unless `socketcall` has a rule without conditions. Nothing for other calls.
 */
export function multiplexedVerdict(call: string, verdicts: Verdicts): Verdict | undefined {
  const calls = multiplexers.get(call);
  const own = verdicts.get(call) ?? [];
  if (calls === undefined || typeof own === 'number') return verdicts.get(call);
  const others = calls
    .split(' ')
    .flatMap((name, first) => throughMultiplexer(verdicts.get(name), first));
  return others.length === 0 ? verdicts.get(call) : [...own, ...others];
}
