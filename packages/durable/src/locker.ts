import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { flockMany } from './flock-many.ts';
import { acquireLock, heldLock, isStill, openLockFile } from './lock.ts';
import type { Lock, LockOptions } from './lock.ts';

/** Takes many locks with few child processes; see `createLocker`. */
export interface Locker {
  /** As `acquireLock` does, alone and waiting. */
  acquire(path: string, options?: Pick<LockOptions, 'signal'>): Promise<Lock | undefined>;
}

// A child has no more descriptors than this process may have; and who comes first need not wait for all.
const MOST = 16;

/**
 * A way to take many locks at about the same time. Starting a child stops this process for some milliseconds, the longer
 * the more memory it has, so the locks that are asked for while one child is at work are all taken by the next.
 */
export function createLocker(): Locker {
  let waiting: { descriptor: number; answer: (locked: boolean) => void }[] = [];
  let running = false;
  const work = async (): Promise<void> => {
    if (running) return;
    running = true;
    while (waiting.length > 0) {
      // What is asked for at about the same time goes along.
      for (let known = 0; known < waiting.length && known < MOST;) {
        known = waiting.length;
        await sleep(1);
      }
      const batch = waiting.slice(0, MOST);
      waiting = waiting.slice(MOST);
      const answers = flockMany(batch.map(({ descriptor }) => descriptor));
      const told = batch.map(async ({ answer }, index) => answer((await answers[index]) ?? false));
      await Promise.all(told);
    }
    running = false;
  };
  const lock = (descriptor: number): Promise<boolean> =>
    new Promise((answer) => {
      waiting.push({ descriptor, answer });
      void work();
    });
  return { acquire: async (path, options = {}) => await acquire(path, options, lock) };
}

async function acquire(
  path: string,
  options: Pick<LockOptions, 'signal'>,
  lock: (descriptor: number) => Promise<boolean>,
): Promise<Lock | undefined> {
  options.signal?.throwIfAborted();
  const descriptor = openLockFile(path);
  if ((await lock(descriptor)) && isStill(path, descriptor)) return heldLock(path, descriptor);
  closeSync(descriptor);
  // Somebody has it, or it cannot be locked: that is for one child of its own to wait for, or to say.
  return await acquireLock(path, options);
}
