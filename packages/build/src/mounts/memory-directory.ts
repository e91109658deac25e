import { lstatSync, mkdirSync, rmdirSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, explainSystemError, sweepTemporaries, temporaryName } from '@ctrkit/durable';
import { BuildError } from '../build-error.ts';
import type { World } from '../world.ts';

/** statfs(2). */
const TMPFS_MAGIC = 0x01021994;

function isMemory(path: string): boolean {
  try {
    return statfsSync(path).type === TMPFS_MAGIC;
  } catch {
    return false;
  }
}

const noMemory = (): BuildError =>
  new BuildError('SECRET_NOT_FOUND', 'there is no tmpfs to keep a secret in', {
    hint: 'mount one at /dev/shm',
  });

/** A directory in memory that nobody else can look into, also where anybody may make one. */
function parentIn(place: string): string {
  const uid = process.geteuid?.() ?? 0;
  const path = join(place, `ctr-secrets-${uid}`);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw explainSystemError(error, path);
  }
  const status = lstatSync(path);
  if (status.isDirectory() && status.uid === uid && (status.mode & 0o077) === 0) return path;
  throw new BuildError('SECRET_NOT_FOUND', `${path}: is not ours alone`, { hint: 'remove it' });
}

/**
 * A new directory (0700) in memory: what is in it is on no disk. It is the caller's to remove; what killed builds left goes first.
 * Throws SECRET_NOT_FOUND where there is no memory to put it.
 */
export async function memoryDirectory({
  engine,
}: World): Promise<{ readonly path: string; readonly remove: () => void }> {
  const place = [engine.run, '/dev/shm'].find(isMemory);
  if (place === undefined) throw noMemory();
  const path = await newDirectory(place);
  return { path, remove: () => remove(path) };
}

/** Another build may take the parent away, which is empty, at this very moment. */
const TRIES = 5;

async function newDirectory(place: string): Promise<string> {
  for (let tries = 1; ; tries++) {
    const parent = parentIn(place);
    await sweepTemporaries(parent);
    const path = temporaryName(join(parent, 'x'));
    try {
      mkdirSync(path, { mode: 0o700 });
      return path;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || tries === TRIES) throw explainSystemError(error, path);
    }
  }
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
  try {
    rmdirSync(dirname(path));
  } catch {
    // Others have theirs in it.
  }
}
