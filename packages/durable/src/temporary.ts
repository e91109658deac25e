import { dirname, join } from 'node:path';
import { isAlive, selfIdentity } from './identity.ts';
import type { ProcessIdentity } from './identity.ts';
import { namesIn } from './names-in.ts';
import { randomHex } from './random-hex.ts';
import { removeTree } from './remove-tree.ts';

const pattern = /^\.tmp-(\d+)-(\d+)-([0-9a-f-]{36})-[0-9a-f]{12}$/;

/**
 * A new name beside `path` for something that is being made: in the same directory, so that a rename
 * moves it into place, and telling who makes it, so that `sweepTemporaries` knows when it is
 * abandoned. Nothing is created.
 */
export function temporaryName(path: string): string {
  const { pid, startTime, bootId } = selfIdentity();
  return join(dirname(path), `.tmp-${pid}-${startTime}-${bootId}-${randomHex(6)}`);
}

/** Who made a temporary of that base name, or undefined when the name is not one of ours. */
export function temporaryOwner(name: string): ProcessIdentity | undefined {
  const match = pattern.exec(name);
  if (match === null) return undefined;
  const [, pid = '', startTime = '', bootId = ''] = match;
  return { pid: Number(pid), startTime, bootId };
}

/** Whether a name is one that a living process has made by `temporaryName`. */
export function isOfTheLiving(name: string): boolean {
  const owner = temporaryOwner(name);
  return owner !== undefined && isAlive(owner);
}

/**
 * Removes what dead processes left half-made in `directory` (not below it) and returns how many
 * there were. Those of living processes stay; a directory that is not there has none. Safe to run
 * beside others that do the same.
 */
export async function sweepTemporaries(
  directory: string,
  remove: (path: string) => Promise<void> = removeTree,
): Promise<number> {
  const abandoned = namesIn(directory).filter(
    (name) => temporaryOwner(name) !== undefined && !isOfTheLiving(name),
  );
  for (const name of abandoned) await remove(join(directory, name));
  return abandoned.length;
}
