import { rm } from 'node:fs/promises';
import type { BenchContext } from './bench-context.ts';
import { execute } from './execute.ts';

/**
 * Removes what the run before left and waits until the file system has written what is pending, so that nobody pays for
 * what another wrote.
 */
export async function fresh(context: BenchContext, directory?: string): Promise<void> {
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  await execute(['sync', '--file-system', context.work], context);
}
