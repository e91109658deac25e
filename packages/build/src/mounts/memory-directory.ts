import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError } from '../build-error.ts';
import type { World } from '../world.ts';

/** statfs(2). */
const TMPFS_MAGIC = 0x01021994;

const isMemory = (path: string): boolean => {
  try {
    return statfsSync(path).type === TMPFS_MAGIC;
  } catch {
    return false;
  }
};

/** A new directory (0700) in memory: what is in it is on no disk. It is the caller's to remove. Throws SECRET_NOT_FOUND where there is no memory to put it. */
export function memoryDirectory({ engine }: World): { path: string; remove: () => void } {
  const parent = [engine.run, '/run', '/dev/shm'].find(isMemory);
  if (parent === undefined) {
    throw new BuildError('SECRET_NOT_FOUND', 'there is no tmpfs to keep a secret in', {
      hint: 'mount one at /dev/shm',
    });
  }
  const path = mkdtempSync(join(parent, '.ctr-build-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
