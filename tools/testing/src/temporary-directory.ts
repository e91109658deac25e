import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryDirectory {
  /** Absolute, without symbolic links. */
  readonly path: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * The start of every temporary name of one test process: the leak check tells by it whose a file or
 * a mount is while other test files run beside this one.
 */
export function temporaryPrefix(pid: number = process.pid): string {
  return `ctrkit-test-${pid}-`;
}

/**
 * Makes an empty directory, mode 0700, below the system's temporary directory; disposing removes it
 * with all that is in it. `{ traversable: true }` makes it 0711, so that another user can pass.
 */
export async function temporaryDirectory(
  options: { traversable?: boolean } = {},
): Promise<TemporaryDirectory> {
  const path = await realpath(await mkdtemp(join(tmpdir(), temporaryPrefix())));
  if (options.traversable === true) await chmod(path, 0o711);
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}
