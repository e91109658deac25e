import { dirname, join } from 'node:path';
import { errnoName } from '../report.ts';
import { SyscallsError } from '../syscalls-error.ts';

/** A descriptor that libuv watches. */
export type WatchHandle = object;

/** The calls of `addon/child.c`; a negative answer is -errno. */
export interface Addon {
  pair(ends: Int32Array): number;
  spawn(
    path: string,
    mode: string,
    descriptors: Int32Array,
    directory: string,
    flags: number,
  ): number;
  descriptorOf(pid: number): number;
  reap(pid: number): number;
  read(descriptor: number, into: Uint8Array): number;
  write(descriptor: number, parts: readonly Uint8Array[], skipped: number): number;
  watch(descriptor: number, ready: () => void): WatchHandle | number;
  want(handle: WatchHandle, events: number): number;
  unref(handle: WatchHandle): void;
  unwatch(handle: WatchHandle): void;
  detach(buffer: ArrayBufferLike): void;
  close(descriptor: number): number;
}

let loaded: Addon | undefined;

/** The addon beside a helper, loaded once. Throws HELPER_MISSING. */
export function addonBeside(helper: string): Addon {
  return (loaded ??= load(join(dirname(helper), 'ctr-child.node')));
}

function load(path: string): Addon {
  const module: { exports: Partial<Addon> } = { exports: {} };
  try {
    process.dlopen(module, path);
  } catch (cause) {
    throw new SyscallsError('HELPER_MISSING', `${path} could not be loaded by this Node`, {
      cause,
      hint: 'in a checkout: npm run build (needs a C compiler); else install it again, and run Node without --no-addons',
    });
  }
  return module.exports as Addon;
}

/** The error for a helper that the kernel did not start: `result` is what a call of the addon answered. */
export function notStarted(result: number): SyscallsError {
  const errno = errnoName(-result);
  const isLimit = ['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'].includes(errno);
  return new SyscallsError('HELPER_MISSING', `ctr-helper could not be started: ${errno}`, {
    ...(isLimit && {
      hint: 'raise the limits on open files (ulimit -n) and processes (ulimit -u)',
    }),
  });
}
