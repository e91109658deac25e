import { readFileSync } from 'node:fs';
import { DurableError } from './durable-error.ts';
import { errnoOf } from './system-error.ts';

/**
 * Which process, beyond reuse of its number: a pid comes round again, a pid that started at the same
 * tick of the same boot does not.
 * https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export interface ProcessIdentity {
  pid: number;
  /** Field 22 of /proc/<pid>/stat: clock ticks since boot, kept as text because it is only compared. */
  startTime: string;
  /** /proc/sys/kernel/random/boot_id. */
  bootId: string;
}

interface Stat {
  state: string;
  startTime: string;
}

// Constants of this process, read when they are first asked for: that is dozens of times in a command.
let own: Readonly<ProcessIdentity> | undefined;
let boot: string | undefined;

/** The identity of the calling process. Throws PROC_UNREADABLE where /proc is not mounted. */
export function selfIdentity(): ProcessIdentity {
  return (own ??= Object.freeze(readSelf()));
}

function readSelf(): ProcessIdentity {
  const stat = readStat('self');
  if (stat === undefined) {
    throw new DurableError('PROC_UNREADABLE', '/proc/self/stat: cannot be read', {
      path: '/proc/self/stat',
      hint: 'mount a proc file system on /proc',
    });
  }
  return { pid: process.pid, startTime: stat.startTime, bootId: bootId() };
}

/** The identity of a running process, or undefined when there is none by that number. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  if (stat === undefined || hasEnded(stat)) return undefined;
  return { pid, startTime: stat.startTime, bootId: bootId() };
}

/** Whether that very process still runs. One of another boot, a reused pid and a zombie do not. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.bootId !== bootId()) return false;
  const stat = readStat(identity.pid);
  if (stat === undefined) return isHidden(identity.pid);
  return stat.startTime === identity.startTime && !hasEnded(stat);
}

/** The id of this boot of the kernel. */
export function bootId(): string {
  return (boot ??= readBootId());
}

function readBootId(): string {
  const path = '/proc/sys/kernel/random/boot_id';
  try {
    return readFileSync(path, 'latin1').trim();
  } catch (cause) {
    throw new DurableError('PROC_UNREADABLE', `${path}: cannot be read`, {
      path,
      hint: 'mount a proc file system on /proc',
      cause,
    });
  }
}

function hasEnded(stat: Stat): boolean {
  return stat.state === 'Z' || stat.state === 'X' || stat.state === 'x';
}

function readStat(pid: number | 'self'): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    // ESRCH: the process ended between open and read.
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ESRCH') return undefined;
    if (errnoOf(error) === 'EACCES' || errnoOf(error) === 'EPERM') return undefined;
    throw error;
  }
  // Field 2 is the name in brackets, and a name may itself hold brackets and spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || startTime === undefined ? undefined : { state, startTime };
}

// With /proc mounted hidepid=, a process of another user has no directory, yet kill(2) knows it.
// It cannot be told from a reused pid then, and the careful answer is that it lives.
function isHidden(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}
