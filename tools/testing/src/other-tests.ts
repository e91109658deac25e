import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { temporaryPrefix } from './temporary-directory.ts';

function isAlive(pid: number): boolean {
  try {
    readFileSync(`/proc/${pid}/stat`);
    return true;
  } catch {
    return false;
  }
}

const anyPrefix = new RegExp(temporaryPrefix(0).replace('0', '(\\d+)'), 'g');

/** Whether a text names a temporary directory of another test process that is still running. */
export function namesAnotherTest(text: string): boolean {
  return [...text.matchAll(anyPrefix)].some(([, pid]) => {
    const number = Number(pid);
    return number !== process.pid && isAlive(number);
  });
}

/** Whether the cgroup of a container, or one that a test made, is of another test process that is still running. */
export function isCgroupOfAnotherTest(path: string): boolean {
  const own = /\/ctr-test-[^/]*?(\d+)-/.exec(path)?.[1];
  if (own !== undefined) return Number(own) !== process.pid && isAlive(Number(own));
  const id = /\/ctr\/([0-9a-f]{64})/.exec(path)?.[1];
  if (id === undefined) return false;
  return readdirSync(tmpdir())
    .filter(namesAnotherTest)
    .some((name) => existsSync(join(tmpdir(), name, 'run/containers', id)));
}
