import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { encodePlan } from './encode.ts';
import { helperPath } from './helper-path.ts';
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

type Stdio = 'ignore' | 'inherit' | 'pipe' | number;

export interface HelperOptions {
  /** stdin, stdout, stderr of the helper, and so of what it executes. Default: nothing, inherited, inherited. */
  readonly stdio?: readonly [Stdio, Stdio, Stdio];
  /** Another helper than the one of this package, for tests. */
  readonly path?: string;
}

interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A running helper. The plan is a stream: operations are carried out as they arrive, so that what is slow
 * (a cgroup's first member) overlaps with what is still being decided. A plan that ends before `execute`
 * starts nothing: the helper dies with its author.
 */
export class Helper {
  readonly #child: ChildProcess;
  readonly #plan: Writable;
  readonly #reports: Readable;
  readonly #listeners = new Set<(report: Report) => void>();
  readonly #seen: Report[] = [];
  /** Of its process, or its last word before that. */
  readonly #ended: Promise<ProcessEnd>;
  #sayLastWord: (end: ProcessEnd) => void = () => {};
  #failure: HelperFailure | undefined;
  #exited: Exit | undefined;

  constructor(mode: Mode, options: HelperOptions = {}) {
    const [stdin, stdout, stderr] = options.stdio ?? ['ignore', 'inherit', 'inherit'];
    const stdio: StdioOptions = [stdin, stdout, stderr, 'pipe', 'pipe'];
    this.#child = spawn(options.path ?? helperPath(), [mode], { stdio, env: {} });
    // Out of descriptors or processes: Node then makes no streams, and says why only later.
    if ((this.#child.stdio as unknown) === undefined) {
      this.#child.on('error', () => {});
      throw new SyscallsError('HELPER_MISSING', 'ctr-helper could not be started', {
        hint: 'raise the limits on open files (ulimit -n) and processes (ulimit -u)',
      });
    }
    this.#plan = this.#child.stdio[3] as Writable;
    // The helper may stop reading at a failure: what counts is its report.
    this.#plan.on('error', () => {});
    this.#reports = this.#child.stdio[4] as Readable;
    const lastWord = new Promise<ProcessEnd>((resolve) => {
      this.#sayLastWord = resolve;
    });
    this.#listen(this.#reports);
    this.#ended = Promise.race([this.#end(this.#reports), lastWord]);
    // Whoever waits gets the error; nobody has to.
    this.#ended.catch(() => {});
  }

  /** The pid of the helper itself; undefined where it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The helper's own streams where `stdio` says 'pipe'. */
  get stdout(): Readable | null {
    return this.#child.stdout;
  }

  get stderr(): Readable | null {
    return this.#child.stderr;
  }

  get stdin(): Writable | null {
    return this.#child.stdin;
  }

  /** Sends operations; resolves when the helper has room for more. Throws PLAN_INVALID. */
  async write(...plan: readonly Operation[]): Promise<void> {
    await this.writeEncoded(encodePlan(plan));
  }

  /** Sends operations that `encodeOperation` made, or the parts of some, by one call: for streams of many. */
  async writeEncoded(...parts: readonly Uint8Array[]): Promise<void> {
    if (this.#plan.destroyed) return;
    this.#plan.cork();
    const hasRoom = parts.reduce((_, part) => this.#plan.write(part), true);
    this.#plan.uncork();
    if (!hasRoom) await this.#room();
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#plan.off('drain', done).off('close', done);
        resolve();
      };
      this.#plan.on('drain', done).on('close', done);
    });
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
    const { code, signal } = await this.#ended;
    if (this.#failure !== undefined) throw failed(this.#failure);
    if (this.#exited !== undefined) return this.#exited;
    if (code === null) throw new SyscallsError('HELPER_DIED', `ctr-helper was killed by ${signal}`);
    return { code, signal: 0, oomKilled: false };
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

  #listen(reports: Readable): void {
    let rest = '';
    reports.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const report = parseReport(line);
        if (report !== undefined) this.#hear(report);
      }
    });
  }

  #hear(report: Report): void {
    if (report.event === 'error') this.#failure ??= report;
    if (report.event === 'exited') {
      const { code, signal, oomKilled } = report;
      this.#exited = { code, signal, oomKilled };
      this.#child.unref();
      this.#sayLastWord({ code, signal: null });
    }
    this.#seen.push(report);
    for (const listener of this.#listeners) listener(report);
  }

  async #end(reports: Readable): Promise<ProcessEnd> {
    const closed = once(reports, 'close');
    const [code, signal] = (await once(this.#child, 'exit').catch((cause: unknown) => {
      throw new SyscallsError('HELPER_MISSING', 'ctr-helper could not be started', { cause });
    })) as [number | null, NodeJS.Signals | null];
    await closed;
    return { code, signal };
  }
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
