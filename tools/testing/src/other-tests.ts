import { readFileSync } from 'node:fs';
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
