import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Helper, supervise } from '@ctrkit/syscalls';
import type { HelperOptions, Operation, Report, SuperviseOptions } from '@ctrkit/syscalls';

export type Heard<E extends Report['event']> = Extract<Report, { event: E }>;

/** Whether a report is of an event. */
export const isEvent =
  <E extends Report['event']>(event: E) =>
  (report: Report): report is Heard<E> =>
    report.event === event;

export const spawning: Operation = { op: 'spawn', namespaces: 0 };

/** A supervisor of a program that this test owns. */
export interface Supervised {
  readonly helper: Helper;
  /** Of the supervisor. */
  readonly pid: number;
  /** Of the program. */
  readonly program: number;
}

export interface StartOptions extends SuperviseOptions, HelperOptions {
  /** What the supervisor is told first: log, listen, at-end … */
  readonly first?: readonly Operation[];
}

/** Sends a whole plan to a supervisor. */
export async function send(
  { first = [], stdio, path, ...options }: StartOptions,
  ...plan: readonly Operation[]
): Promise<Helper> {
  const helper = new Helper('supervise', {
    stdio: stdio ?? ['ignore', 'ignore', 'inherit'],
    ...(path === undefined ? {} : { path }),
  });
  const whole: Operation[] = [...first, supervise({ streams: 'pipes', ...options }), spawning];
  await helper.write(...whole, ...plan);
  helper.end();
  return helper;
}

/** Starts a program with a supervisor and waits until it runs. */
export async function start(
  options: StartOptions,
  ...plan: readonly Operation[]
): Promise<Supervised> {
  const helper = await send(options, ...plan);
  const started = await helper.report(isEvent('started'));
  if (started === undefined) throw await failureOfStart(helper);
  return { helper, pid: helper.pid, program: started.pid };
}

async function failureOfStart(helper: Helper): Promise<unknown> {
  return helper.wait().then(
    ({ code }) => new Error(`it ended with ${code}`),
    (error: unknown) => error,
  );
}

/** Waits until something holds that nobody tells us of. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 1000) throw new Error(`not within twenty seconds: ${what}`);
    await sleep(20);
  }
}

/** Processor time of a process in ticks of 10 ms (proc_pid_stat(5), fields 14 and 15). */
function ticks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

/** Waits until a process waits: one that looks again and again at the same thing never does. */
export async function untilIdle(pid: number): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    const before = ticks(pid);
    await sleep(300);
    if (ticks(pid) === before) return;
  }
  throw new Error(`${pid} is busy`);
}

/** The state of a process: `S` sleeps, `Z` has ended and is not waited for; undefined when it is gone. */
export function stateOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0];
  } catch {
    return undefined;
  }
}

/** Bytes that a process has written so far. */
export const writtenBy = (pid: number): number =>
  Number(/^wchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);

/** Waits until a process that writes can write no more. */
export async function untilHeldUp(pid: number): Promise<void> {
  let [last, same] = [-1, 0];
  await until('a program that is held up', () => {
    const now = writtenBy(pid);
    same = now === last ? same + 1 : 0;
    last = now;
    return same > 15;
  });
}
