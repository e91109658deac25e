import type { Argv } from 'yargs';

/** What yargs, and the node:assert that it imports, ask about. */
const standIns = {
  stdout: { isTTY: false },
  stderr: { isTTY: false, hasColors: () => false },
  cwd: () => '/',
} as const;

function standIn(name: keyof typeof standIns): () => void {
  const own = Object.getOwnPropertyDescriptor(process, name) as PropertyDescriptor;
  Object.defineProperty(process, name, { configurable: true, value: standIns[name] });
  return () => Object.defineProperty(process, name, own);
}

/**
 * yargs for one command line, without what importing and making it would do besides. It reads `process.stdout` and
 * `process.stderr` for width and colours, and opening these makes a pipe non-blocking for every process that shares
 * it, a container's included; and it asks for the working directory, which fails in one that was removed.
 */
export async function createYargs(argv: readonly string[]): Promise<Argv> {
  const restore = (Object.keys(standIns) as (keyof typeof standIns)[]).map(standIn);
  try {
    const { default: yargs } = await import('yargs');
    return yargs(argv, '/');
  } finally {
    for (const put of restore) put();
  }
}
