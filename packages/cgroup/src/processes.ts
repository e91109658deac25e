import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Member } from './apply.ts';
import { readValue } from './files.ts';

/** The cgroups directly below one, by path; none where it is gone. */
export function childDirectories(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((each) => each.isDirectory()).map((each) => join(directory, each.name));
  } catch {
    // Removed meanwhile, or made unreadable: it has nothing for us.
    return [];
  }
}

/**
 * The processes in one cgroup itself. A process of another pid namespace shows as 0 and cannot be named from here
 * (and kill(0) would be our own group), so it is left out.
 */
export function pidsAt(directory: string): number[] {
  const lines = (readValue(join(directory, 'cgroup.procs')) ?? '').split('\n');
  return lines.map(Number).filter((pid) => Number.isInteger(pid) && pid > 0);
}

function pidsBelow(directory: string): number[] {
  return [...pidsAt(directory), ...childDirectories(directory).flatMap(pidsBelow)];
}

/** The processes in a cgroup and in those below it. */
export function processesIn(members: readonly Member[]): number[] {
  return [...new Set(members.flatMap(({ directory }) => pidsBelow(directory)))];
}
