import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ofOtherTests } from './host-processes.ts';
import { isCgroupOfAnotherTest } from './other-tests.ts';

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

async function processesIn(path: string): Promise<number[]> {
  try {
    const text = await readFile(join(path, 'cgroup.procs'), 'utf8');
    return text.split('\n').filter(Boolean).map(Number);
  } catch {
    // Removed meanwhile.
    return [];
  }
}

/**
 * The cgroups of containers: directories named `ctr…` and all below them, but for those that are another test's or hold
 * processes of one. The bare parent `ctr` is shared by all containers of the machine: it goes with the last of them.
 */
export async function cgroupDirectories(): Promise<string[]> {
  const all = await below(ROOT, DEPTH);
  const containers = all.filter((path) => /\/ctr[^/]*/.test(path) && !path.endsWith('/ctr'));
  const processes = await Promise.all(containers.map(processesIn));
  const others = new Set(ofOtherTests(processes.flat()));
  return containers
    .filter((_, i) => processes[i]?.every((pid) => !others.has(pid)))
    .filter((path) => !isCgroupOfAnotherTest(path))
    .toSorted();
}
