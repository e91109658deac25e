import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { explainSystemError, sweepTemporaries, temporaryName } from '@ctrkit/durable';
import { removeTree } from '@ctrkit/rootfs';

/** A directory for one build only. */
export interface ScratchDirectory extends AsyncDisposable {
  readonly path: string;
}

/** Makes an empty directory below `<root>/build-cache`, and removes those that builds left which were killed. */
export async function scratchDirectory(cacheDirectory: string): Promise<ScratchDirectory> {
  const path = temporaryName(join(cacheDirectory, 'scratch', 'directory'));
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await sweepTemporaries(dirname(path), removeTree);
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    throw explainSystemError(error, path);
  }
  return { path, [Symbol.asyncDispose]: async () => await removeTree(path) };
}
