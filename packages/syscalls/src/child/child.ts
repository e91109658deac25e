import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { helperPath } from '../helper-path.ts';
import type { Mode } from '../operations/fields.ts';
import { errnoName } from '../report.ts';
import { SyscallsError } from '../syscalls-error.ts';
import { addonBeside, notStarted } from './addon.ts';
import type { Addon } from './addon.ts';
import { READABLE, Watched } from './watched.ts';

/** Nothing, ours, one end of a new pair of sockets, or a descriptor of ours. */
export type Stdio = 'ignore' | 'inherit' | 'pipe' | number;

export interface ChildOptions {
  /** The program. @default the helper of this package */
  readonly path?: string | undefined;
  /** Where it starts. @default where this process is */
  readonly directory?: string;
  /** Whether it gets a session of its own. @default false */
  readonly session?: boolean;
}

/** How a process ended: with a code, or by a signal; the errno where somebody else in this process waited for it. */
export type ProcessEnd =
  { readonly code: number } | { readonly signal: number } | { readonly unknown: string };

// POSIX_SPAWN_SETSID, the same in glibc and musl.
const NEW_SESSION = 0x80;
const SIGNAL_BITS = 0x7f;
const CODE_SHIFT = 8;
const LATER_MS = 10;

/** A helper's process, without streams of Node's: they take longer to load than a container to start. */
export class Child {
  readonly pid: number;
  readonly addon: Addon;
  readonly ended: Promise<ProcessEnd>;
  readonly #ends = new Map<number, number>();
  readonly #life: Watched;
  #hasEnded = false;
  #keepsUs = true;
  #tell: (end: ProcessEnd) => void = () => {};

  /** @param stdio the child's descriptors from 0 on. Throws HELPER_MISSING. */
  constructor(mode: Mode, stdio: readonly Stdio[], options: ChildOptions = {}) {
    const helper = helperPath();
    const { path = helper, directory = '', session = false } = options;
    this.addon = addonBeside(helper);
    const closers: (() => void)[] = [];
    try {
      const descriptors = stdio.map((one, index) => this.#descriptor(one, index, closers));
      const flags = session ? NEW_SESSION : 0;
      this.pid = orThrow(
        this.addon.spawn(path, mode, Int32Array.from(descriptors), directory, flags),
      );
      this.#life = this.#watchOrKill();
    } catch (error) {
      this.#closeEnds();
      throw error instanceof SyscallsError ? error : notStarted((error as { errno: number }).errno);
    } finally {
      for (const close of closers) close();
    }
    this.ended = new Promise((resolve) => (this.#tell = resolve));
  }

  #descriptor(one: Stdio, index: number, closers: (() => void)[]): number {
    if (typeof one === 'number') return one;
    if (one === 'inherit') return index;
    if (one === 'ignore') {
      const nothing = openSync('/dev/null', 'r+');
      closers.push(() => closeSync(nothing));
      return nothing;
    }
    const ends = new Int32Array(2);
    orThrow(this.addon.pair(ends));
    const [ours = -1, theirs = -1] = ends;
    this.#ends.set(index, ours);
    closers.push(() => this.addon.close(theirs));
    return theirs;
  }

  #watchOrKill(): Watched {
    try {
      return this.#watch();
    } catch (error) {
      process.kill(this.pid, 'SIGKILL');
      this.#reapUnwatched();
      throw error;
    }
  }

  #reapUnwatched(): void {
    if (this.addon.reap(this.pid) === -constants.errno.EAGAIN) {
      setTimeout(() => this.#reapUnwatched(), LATER_MS);
    }
  }

  #watch(): Watched {
    const life = new Watched(this.addon, orThrow(this.addon.descriptorOf(this.pid)), () =>
      this.#bury(),
    );
    life.want(READABLE);
    return life;
  }

  #bury(): void {
    const status = this.addon.reap(this.pid);
    if (status === -constants.errno.EAGAIN) return this.#askLater();
    this.#hasEnded = true;
    this.#life.close();
    this.#tell(endOf(status));
  }

  /** Its tracer is told of its end first, and may take its time. */
  #askLater(): void {
    this.#life.want(0);
    const later = setTimeout(() => this.#life.want(READABLE), LATER_MS);
    if (!this.#keepsUs) later.unref();
  }

  /** Our end of a descriptor of the child that is a 'pipe', once: for the caller to close. */
  end(descriptor: number): number {
    const end = this.#ends.get(descriptor);
    if (end === undefined) throw new RangeError(`descriptor ${descriptor} is no pipe`);
    this.#ends.delete(descriptor);
    return end;
  }

  /** Nobody has a use for it. */
  abandon(): void {
    this.#closeEnds();
    this.kill('SIGKILL');
  }

  #closeEnds(): void {
    for (const descriptor of this.#ends.values()) this.addon.close(descriptor);
    this.#ends.clear();
  }

  /** Nothing of its life keeps this process from its end. */
  unref(): void {
    this.#keepsUs = false;
    this.#life.unref();
  }

  /** Sends a signal; false when it has ended, or is another user's. */
  kill(signal: NodeJS.Signals | number): boolean {
    if (this.#hasEnded) return false;
    try {
      return process.kill(this.pid, signal);
    } catch (error) {
      const { errno } = error as { errno?: number };
      if (errno === -constants.errno.ESRCH || errno === -constants.errno.EPERM) return false;
      throw error;
    }
  }
}

function endOf(status: number): ProcessEnd {
  if (status < 0) return { unknown: errnoName(-status) };
  const signal = status & SIGNAL_BITS;
  return signal === 0 ? { code: status >> CODE_SHIFT } : { signal };
}

function orThrow(result: number): number {
  if (result < 0) throw notStarted(result);
  return result;
}
