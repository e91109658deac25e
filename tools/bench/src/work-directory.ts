import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A directory for one run of the bench. */
export interface WorkDirectory {
  readonly path: string;
  /** Takes off what peers left mounted there, then removes it. */
  [Symbol.asyncDispose](): Promise<void>;
}

// Field 5 of proc_pid_mountinfo(5), the mount point, has blanks as \040.
function mountsBelow(directory: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => (line.split(' ')[4] ?? '').replaceAll('\\040', ' '))
    .filter((path) => path.startsWith(`${directory}/`))
    .toReversed();
}

async function remove(directory: string): Promise<void> {
  for (const path of mountsBelow(directory)) spawnSync('umount', ['--lazy', path]);
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}

/** Makes a directory for this run below `parent`, which is made where it is missing. */
export async function workDirectory(parent: string): Promise<WorkDirectory> {
  await mkdir(parent, { recursive: true });
  const path = await realpath(await mkdtemp(join(parent, 'run-')));
  return { path, [Symbol.asyncDispose]: () => remove(path) };
}
