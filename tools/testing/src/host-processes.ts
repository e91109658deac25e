import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { namesAnotherTest } from './other-tests.ts';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  readonly state: string;
  readonly startTime: string;
  readonly command: string;
  readonly exe: string;
  readonly pidNamespace: string;
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Gone, or a zombie, or another user's.
    return '';
  }
}

/** @see proc_pid_stat(5); the name in parentheses may hold anything, so fields count from its end. */
function readProcess(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      pid,
      state: fields[0] ?? '',
      parent: Number(fields[1]),
      session: Number(fields[3]),
      startTime: fields[19] ?? '',
      command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
      exe: link(`/proc/${pid}/exe`),
      pidNamespace: link(`/proc/${pid}/ns/pid`),
    };
  } catch {
    return undefined;
  }
}

function allProcesses(): Map<number, Process> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.map((pid) => readProcess(Number(pid))).filter((one) => one !== undefined);
  return new Map(found.map((one) => [one.pid, one]));
}

function ancestors(processes: Map<number, Process>, one: Process): Process[] {
  const parent = processes.get(one.parent);
  return parent === undefined ? [] : [parent, ...ancestors(processes, parent)];
}

const isTest = (one: Process | undefined): boolean =>
  one !== undefined && one.pid !== process.pid && /\.test\.ts( |$)/.test(one.command);

function openFiles({ pid }: Process): string[] {
  try {
    const directory = `/proc/${pid}/fd`;
    return readdirSync(directory).map((number) => link(`${directory}/${number}`));
  } catch {
    return [];
  }
}

/** Whether it belongs to a test file that runs beside ours: by descent, session, names or what it has open. */
function isOfAnotherTest(processes: Map<number, Process>, one: Process): boolean {
  const above = ancestors(processes, one);
  if (above.some((parent) => parent.pid === process.pid)) return false;
  if (above.some(isTest) || isTest(processes.get(one.session))) return true;
  return namesAnotherTest(one.command) || openFiles(one).some(namesAnotherTest);
}

/** Those of these processes that belong to a test file that runs beside ours. */
export function ofOtherTests(pids: readonly number[]): number[] {
  if (pids.length === 0) return [];
  const processes = allProcesses();
  return pids.filter((pid) => {
    const one = processes.get(pid);
    return one !== undefined && isOfAnotherTest(processes, one);
  });
}

/**
 * The processes that can be ours: the helper's, and those in another pid namespace that descend
 * from us; one line each, with pid and start time, so that a reused pid is another line.
 */
export async function helperProcesses(): Promise<string[]> {
  const processes = allProcesses();
  const ourNamespace = processes.get(process.pid)?.pidNamespace;
  const descends = (one: Process): boolean =>
    ancestors(processes, one).some((parent) => parent.pid === process.pid);
  return [...processes.values()]
    .filter((one) => {
      const helper = /ctr-helper/.test(one.command) || /ctr-helper/.test(one.exe);
      const inside = one.pidNamespace !== '' && one.pidNamespace !== ourNamespace;
      return helper || (descends(one) && (inside || one.state === 'Z'));
    })
    .filter((one) => !isOfAnotherTest(processes, one))
    .map((one) => `${one.pid} (started ${one.startTime}) ${one.command || `[${one.state}]`}`);
}
