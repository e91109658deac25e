import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';

const GNU_TIME = '/usr/bin/time';
const MARK = 'peak-kib=';

/** GNU time, which tells the peak of the processes that a command waits for; not every machine has it. */
export const timeCommand: string | undefined = existsSync(GNU_TIME) ? GNU_TIME : undefined;

/** The same command below GNU time, which adds a line to the end of its stderr. */
export function watched(command: readonly [string, ...string[]]): [string, ...string[]] {
  return [GNU_TIME, '-f', `${MARK}%M`, ...command];
}

/** Makes a process's peak start again at what it holds now; proc_pid_clear_refs(5). */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}

/** The peak of a daemon since `forgetPeak`, or the one that GNU time told; in bytes. */
export async function readPeak(from: {
  readonly daemon: number | undefined;
  readonly stderr: string;
}): Promise<number | undefined> {
  const { daemon, stderr } = from;
  const found =
    daemon === undefined
      ? /^peak-kib=(\d+)\n?$/m.exec(stderr)
      : /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${daemon}/status`, 'utf8'));
  return found?.[1] === undefined ? undefined : Number(found[1]) * 1024;
}
