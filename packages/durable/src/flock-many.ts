import { spawn } from 'node:child_process';

// Descriptors of a child's own; the ones that are passed to it follow.
const FIRST = 3;

const script = 'for n; do flock --exclusive --nonblock "$n" && echo "$n"; done';

/**
 * Tries to lock open descriptors of this process, alone and without waiting, through one child. Answers for each as
 * soon as it is known whether it is locked: false is also the answer where that could not be tried.
 */
export function flockMany(descriptors: readonly number[]): Promise<boolean>[] {
  const answers: ((locked: boolean) => void)[] = [];
  const locked = descriptors.map((_, index) => {
    return new Promise<boolean>((resolve) => (answers[index] = resolve));
  });
  const numbers = descriptors.map((_, index) => String(FIRST + index));
  const child = spawn('sh', ['-c', script, 'sh', ...numbers], {
    stdio: ['ignore', 'pipe', 'ignore', ...descriptors],
  });
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (said + chunk.toString('utf8')).split('\n');
    said = lines.pop() ?? '';
    for (const line of lines) answers[Number(line) - FIRST]?.(true);
  });
  const rest = (): void => {
    for (const answer of answers) answer(false);
  };
  child.on('error', rest).on('close', rest);
  return locked;
}
