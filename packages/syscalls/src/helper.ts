import type { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { Child } from './child/child.ts';
import type { ProcessEnd, Stdio } from './child/child.ts';
import { Intake } from './child/intake.ts';
import { Outlet } from './child/outlet.ts';
import { encodePlan } from './encode.ts';
import type { Mode } from './operations/fields.ts';
import type { Operation } from './operations/index.ts';
import { parseReport } from './report.ts';
import type { Report } from './report.ts';
import { SyscallsError } from './syscalls-error.ts';
import type { HelperFailure } from './syscalls-error.ts';

/** How the helper's process ended. */
export interface Exit {
  /** The program's exit code; 128 + n where signal n ended it. */
  readonly code: number;
  /** The number of the signal that ended the program, 0 if none did. */
  readonly signal: number;
  /** Whether a process of its cgroup was killed for want of memory, where that was watched. */
  readonly oomKilled: boolean;
}

/** The descriptors of the helper on which its plan comes and its reports go. */
const PLAN = 3;
const REPORTS = 4;

export interface HelperOptions {
  /** stdin, stdout, stderr of the helper, and so of what it executes. Default: nothing, inherited, inherited. */
  readonly stdio?: readonly [Stdio, Stdio, Stdio];
  /** Another helper than the one of this package, for tests. */
  readonly path?: string;
}

/**
 * A running helper. The plan is a stream: operations are carried out as they arrive, so that what is slow
 * (a cgroup's first member) overlaps with what is still being decided. A plan that ends before `execute`
 * starts nothing: the helper dies with its author.
 */
export class Helper {
  /** The helper's own streams where `stdio` says 'pipe'. */
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  readonly #child: Child;
  readonly #plan: Outlet;
  readonly #reports: Intake;
  readonly #listeners = new Set<(report: Report) => void>();
  readonly #seen: Report[] = [];
  /** Of its process, or its last word before that. */
  readonly #ended: Promise<ProcessEnd>;
  #sayLastWord: (end: ProcessEnd) => void = () => {};
  #failure: HelperFailure | undefined;
  #exited: Exit | undefined;

  /** Throws HELPER_MISSING. */
  constructor(mode: Mode, { stdio = ['ignore', 'inherit', 'inherit'], path }: HelperOptions = {}) {
    const child = new Child(mode, [...stdio, 'pipe', 'pipe'], { path });
    this.#child = child;
    try {
      this.#plan = new Outlet(child.addon, child.end(PLAN));
      void child.ended.then(() => this.#takeNoMore());
      this.#reports = new Intake(child.addon, child.end(REPORTS), (line) => {
        const report = parseReport(line);
        if (report !== undefined) this.#hear(report);
      });
      this.stdin = stdio[0] === 'pipe' ? streamOf(child.end(0), 'writable') : null;
      this.stdout = stdio[1] === 'pipe' ? streamOf(child.end(1), 'readable') : null;
      this.stderr = stdio[2] === 'pipe' ? streamOf(child.end(2), 'readable') : null;
    } catch (error) {
      child.abandon();
      throw error;
    }
    const lastWord = new Promise<ProcessEnd>((resolve) => {
      this.#sayLastWord = resolve;
    });
    const end = this.#reports.closed.then(() => child.ended);
    this.#ended = Promise.race([end, lastWord]);
  }

  /** The pid of the helper itself. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Sends operations; resolves when the helper has room for more. Throws PLAN_INVALID. */
  async write(...plan: readonly Operation[]): Promise<void> {
    await this.writeEncoded(encodePlan(plan));
  }

  /** Sends operations that `encodeOperation` made, or the parts of some, by one call: for streams of many. */
  async writeEncoded(...parts: readonly Uint8Array[]): Promise<void> {
    await this.#plan.write(parts);
  }

  /** The plan is complete. */
  end(): void {
    this.#plan.end();
  }

  /** The next report that `matches`, also one that has come already; undefined when the helper ends without it. */
  async report<R extends Report>(matches: (report: Report) => report is R): Promise<R | undefined> {
    const seen = this.#seen.find(matches);
    if (seen !== undefined) return seen;
    let listener: ((report: Report) => void) | undefined;
    const heard = new Promise<R>((resolve) => {
      listener = (report) => {
        if (matches(report)) resolve(report);
      };
      this.#listeners.add(listener);
    });
    try {
      return await Promise.race([heard, this.#ended.then(() => this.#seen.find(matches))]);
    } finally {
      if (listener !== undefined) this.#listeners.delete(listener);
    }
  }

  /** Sends a signal: the helper passes it on to the program. False when it has ended. */
  kill(signal: NodeJS.Signals | number): boolean {
    return this.#child.kill(signal);
  }

  /**
   * Waits for the end of what it does: of a supervisor, until its program has ended and that is recorded; what it still
   * does when nobody waits, and for slow readers of others, it does without us.
   * Throws HELPER_FAILED with the step that failed, HELPER_DIED when it was killed.
   */
  async wait(): Promise<Exit> {
    const end = await this.#ended;
    if (this.#failure !== undefined) throw failed(this.#failure);
    if (this.#exited !== undefined) return this.#exited;
    if ('code' in end) return { code: end.code, signal: 0, oomKilled: false };
    if ('unknown' in end) {
      const told = `how ctr-helper ended is not known: something else waited for it (${end.unknown})`;
      throw new SyscallsError('HELPER_DIED', told);
    }
    throw new SyscallsError('HELPER_DIED', `ctr-helper was killed by ${signalName(end.signal)}`);
  }

  /** All reports of an event so far. */
  reports<E extends Report['event']>(event: E): Extract<Report, { event: E }>[] {
    return this.#seen.filter(
      (report): report is Extract<Report, { event: E }> => report.event === event,
    );
  }

  /** Lets go of a helper that lives on by itself: nothing of it keeps this process, and it hears nothing more of us. */
  release(): void {
    this.#child.unref();
    this.#plan.destroy();
    this.#reports.destroy();
  }

  /** Nobody is there to read what is still written to it. */
  #takeNoMore(): void {
    this.#plan.destroy();
    this.stdin?.destroy();
  }

  #hear(report: Report): void {
    if (report.event === 'error') this.#failure ??= report;
    if (report.event === 'exited') {
      const { code, signal, oomKilled } = report;
      this.#exited = { code, signal, oomKilled };
      this.#child.unref();
      this.#sayLastWord({ code });
    }
    this.#seen.push(report);
    for (const listener of this.#listeners) listener(report);
  }
}

function streamOf(fd: number, way: 'readable' | 'writable'): Socket {
  // Loaded by whoever needs streams: most need none.
  const { Socket: Stream } = process.getBuiltinModule('node:net');
  return new Stream({ fd, readable: way === 'readable', writable: way === 'writable' });
}

function signalName(number: number): string {
  const known = Object.entries(constants.signals).find(([, value]) => value === number);
  return known?.[0] ?? `signal ${number}`;
}

function failed(failure: HelperFailure): SyscallsError {
  const { operation, call, errno, path } = failure;
  const where = path === '' ? '' : ` ${JSON.stringify(path)}`;
  return new SyscallsError('HELPER_FAILED', `${operation}: ${call}${where}: ${errno}`, { failure });
}

/** Runs a whole plan and waits for its end. Throws as `Helper.wait`. */
export async function runPlan(
  mode: Mode,
  plan: readonly Operation[],
  options: HelperOptions = {},
): Promise<Exit> {
  const helper = new Helper(mode, options);
  await helper.write(...plan);
  helper.end();
  return helper.wait();
}
