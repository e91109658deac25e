import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';
/** Hierarchy, a few levels of who started us, `ctr`, the container, one of its own. */
const DEPTH = 8;

async function directories(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
  } catch {
    // Removed meanwhile.
    return [];
  }
}

async function below(path: string, depth: number): Promise<string[]> {
  if (depth === 0) return [];
  const children = await directories(path);
  const nested = await Promise.all(children.map((child) => below(child, depth - 1)));
  return [...children, ...nested.flat()];
}

/**
 * The cgroups of containers: directories named `ctr…` and all below them. The bare parent `ctr`
 * itself is shared by all containers of the machine and stays.
 */
export async function cgroupDirectories(): Promise<string[]> {
  const all = await below(ROOT, DEPTH);
  return all.filter((path) => /\/ctr[^/]*/.test(path) && !path.endsWith('/ctr')).toSorted();
}
