import { lstat, mkdir, mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errnoOf, removeTree, sweepTemporaries, temporaryName } from '@ctrkit/durable';
import type { Layout } from '@ctrkit/layout';
import { ingestDirectory } from '../pull/partial.ts';

/** A directory of our own for as long as it takes. */
export interface Staging extends AsyncDisposable {
  readonly path: string;
}

/**
 * An empty directory, 0700, below the system's one for temporary files. Disposing removes it; what a
 * killed process left is removed by the next call of the same user.
 */
export async function stagingDirectory(): Promise<Staging> {
  const base = join(tmpdir(), `ctrkit-${process.getuid?.() ?? 'user'}`);
  const path = (await makeNew(base)) ?? (await mkdtemp(`${base}-`));
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await removeTree(path);
      await removeIfEmpty(base);
    },
  };
}

// Nothing when the base is not ours, or when its last user has just removed it.
async function makeNew(base: string): Promise<string | undefined> {
  if (!(await isOurs(base))) return undefined;
  await sweepTemporaries(base);
  const path = temporaryName(join(base, 'pull'));
  try {
    await mkdir(path, { mode: 0o700 });
    return path;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

// Its name can be guessed, so somebody else may have made it, to look inside or to lead elsewhere.
async function isOurs(base: string): Promise<boolean> {
  try {
    await mkdir(base, { mode: 0o700 });
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  const found = await lstat(base);
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
}

/** Tidies a layout after a pull; partial downloads of others stay. */
export async function removeIngestIfEmpty(layout: Layout): Promise<void> {
  await removeIfEmpty(ingestDirectory(layout));
}

async function removeIfEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (error) {
    // EACCES: somebody else's, whose name we could have guessed.
    const kept = ['ENOENT', 'ENOTEMPTY', 'EEXIST', 'EACCES', 'EPERM', 'ENOTDIR'];
    if (!kept.includes(errnoOf(error) ?? '')) throw error;
  }
}
