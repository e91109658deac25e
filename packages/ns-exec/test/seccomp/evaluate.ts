import type { Seccomp, SeccompArg, SeccompSyscall } from '@ctrkit/oci';
import { architecturesOf } from '../../src/seccomp/architectures.ts';
import type { Architecture } from '../../src/seccomp/architectures.ts';
import type { SystemCall } from './filter-interpreter.ts';

/** The numbers of an architecture's calls, as a program sets them. */
export function numbersOf({ calls, bit }: Architecture): Map<string, number> {
  const numbers = new Map<string, number>();
  let number = 0;
  for (const word of calls.split(/\s+/).filter((one) => one !== '')) {
    if (/^\d+$/.test(word)) number = Number(word);
    else numbers.set(word, bit + number++);
  }
  return numbers;
}

const namesByArchitecture = new Map<string, Map<number, string>>();

function nameOf(architecture: Architecture, number: number): string | undefined {
  const known = namesByArchitecture.get(architecture.name);
  const names = known ?? new Map([...numbersOf(architecture)].map(([name, nr]) => [nr, name]));
  namesByArchitecture.set(architecture.name, names);
  return names.get(number);
}

function actionValue(action: string, errnoRet = 1): number {
  if (action === 'SCMP_ACT_ERRNO') return 0x00050000 + errnoRet;
  if (action === 'SCMP_ACT_TRACE') return 0x7ff00000 + errnoRet;
  if (action === 'SCMP_ACT_ALLOW') return 0x7fff0000;
  if (action === 'SCMP_ACT_LOG') return 0x7ffc0000;
  if (action === 'SCMP_ACT_TRAP') return 0x00030000;
  return action === 'SCMP_ACT_KILL_PROCESS' ? 0x80000000 : 0;
}

function holds(
  { op, value, valueTwo = 0, index }: SeccompArg,
  call: SystemCall,
  bits: 32 | 64,
): boolean {
  const cut = (number: bigint): bigint => BigInt.asUintN(bits, number);
  const [arg, first, second] = [call.args?.[index] ?? 0n, BigInt(value), BigInt(valueTwo)].map(cut) as [bigint, bigint, bigint]; // prettier-ignore
  if (op === 'SCMP_CMP_NE') return arg !== first;
  if (op === 'SCMP_CMP_LT') return arg < first;
  if (op === 'SCMP_CMP_LE') return arg <= first;
  if (op === 'SCMP_CMP_EQ') return arg === first;
  if (op === 'SCMP_CMP_GE') return arg >= first;
  if (op === 'SCMP_CMP_GT') return arg > first;
  return (arg & first) === (second & first);
}

const isMet = ({ args = [] }: SeccompSyscall, call: SystemCall, bits: 32 | 64): boolean =>
  new Set(args.map(({ index }) => index)).size === args.length
    ? args.every((arg) => holds(arg, call, bits))
    : args.some((arg) => holds(arg, call, bits));

const socketCalls = 'socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg'.split(' '); // prettier-ignore
const ipcCalls: Record<number, string> = {
  1: 'semop',
  2: 'semget',
  3: 'semctl',
  4: 'semtimedop',
  11: 'msgsnd',
  12: 'msgrcv',
  13: 'msgget',
  14: 'msgctl',
  21: 'shmat',
  22: 'shmdt',
  23: 'shmget',
  24: 'shmctl',
};

function madeThrough(name: string | undefined, call: SystemCall): string | undefined {
  const first = Number(BigInt.asUintN(32, call.args?.[0] ?? 0n));
  if (name === 'socketcall') return first === 0 ? undefined : socketCalls[first - 1];
  return name === 'ipc' ? ipcCalls[first] : undefined;
}

const valueOf = ({ action, errnoRet }: SeccompSyscall): number => actionValue(action, errnoRet);

/**
 * What a profile says of one call, straight from its words: the yardstick of the compiler, which shares with it only
 * the tables of calls.
 */
export function evaluate(profile: Seccomp, machine: string, call: SystemCall): number {
  const isX32 = call.arch === 0xc000003e && call.nr >= 0x40000000 && call.nr !== 0xffffffff;
  const architecture = (architecturesOf(machine) ?? []).find(
    ({ name, audit, bit }, place) =>
      audit === call.arch &&
      (bit !== 0) === isX32 &&
      (place === 0 || profile.architectures?.some((wanted) => wanted === name) === true),
  );
  if (architecture === undefined) return 0x80000000;
  const rest = actionValue(profile.defaultAction, profile.defaultErrnoRet);
  const name = nameOf(architecture, call.nr);
  const rules = (profile.syscalls ?? []).filter(({ names }) => name !== undefined && names.includes(name)); // prettier-ignore
  const always = rules.find(({ args = [] }) => args.length === 0);
  if (always !== undefined) return valueOf(always);
  const met = rules.find((rule) => isMet(rule, call, architecture.bits));
  if (met !== undefined) return valueOf(met);
  const through = architecture.name === 'SCMP_ARCH_X86' ? madeThrough(name, call) : undefined;
  if (through === undefined) return rest;
  const others = (profile.syscalls ?? []).filter(({ names }) => names.includes(through));
  const other =
    others.find(({ args = [] }) => args.length === 0) ??
    others.find(({ action }) => action !== 'SCMP_ACT_ALLOW' && action !== 'SCMP_ACT_LOG');
  return other === undefined ? rest : valueOf(other);
}
