import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A cgroup below which peers put their containers. */
export interface CgroupParent {
  /** Relative to the root of every hierarchy. */
  readonly name: string;
  /** Removes it from every hierarchy, with the empty ones that were left in it. */
  [Symbol.asyncDispose](): Promise<void>;
}

const ROOT = '/sys/fs/cgroup';

async function folders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
}

async function removeTree(path: string): Promise<void> {
  for (const child of await folders(path)) await removeTree(child);
  // What is missing or still busy stays as it is: nothing of ours is in it.
  await rmdir(path).catch(() => undefined);
}

/** Names the cgroup of this run of a program; the peers make it. */
export function cgroupParent(program = 'speed-bench'): CgroupParent {
  const name = `${program}-${process.pid}`;
  return {
    name,
    async [Symbol.asyncDispose]() {
      const hierarchies = [ROOT, ...(await folders(ROOT))];
      for (const hierarchy of hierarchies) await removeTree(join(hierarchy, name));
    },
  };
}
