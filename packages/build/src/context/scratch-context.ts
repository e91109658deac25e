import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { directoryTree } from '@ctrkit/rootfs';
import { openDirectoryContext } from './directory-context.ts';
import type { Context, DirectoryContextOptions } from './directory-context.ts';
import { scratchDirectory } from './scratch-directory.ts';
import type { ScratchDirectory } from './scratch-directory.ts';
import type { SourceTree } from './source.ts';
import { openTreeSource } from './tree-source.ts';
import type { TreeSourceOptions } from './tree-source.ts';

/** How what was fetched or unpacked is opened. */
export type ScratchContextOptions = Omit<DirectoryContextOptions, 'isRemembered'>;

/** The directory in a scratch directory that becomes a tree; what is beside it is not in that. */
export const treeIn = (scratch: ScratchDirectory): string => join(scratch.path, 'tree');

async function filled(
  cacheDirectory: string,
  fill: (scratch: ScratchDirectory) => Promise<string>,
): Promise<{ readonly scratch: ScratchDirectory; readonly path: string }> {
  const scratch = await scratchDirectory(cacheDirectory);
  try {
    await mkdir(treeIn(scratch));
    // Whatever the umask: the root of a context has permissions too.
    await chmod(treeIn(scratch), 0o755);
    return { scratch, path: await fill(scratch) };
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

/** A context of its own files, which go with it. `fill` says which directory of the scratch it is. */
export async function openScratchContext(
  options: ScratchContextOptions,
  fill: (scratch: ScratchDirectory) => Promise<string>,
): Promise<Context> {
  const { scratch, path } = await filled(options.cacheDirectory, fill);
  try {
    const context = await openDirectoryContext(path, { ...options, isRemembered: false });
    const dispose = context[Symbol.asyncDispose].bind(context);
    return Object.assign(context, { [Symbol.asyncDispose]: both(dispose, scratch) });
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

/** The same as a tree with the owners that its files have. */
export async function openScratchSource(
  options: TreeSourceOptions,
  fill: (scratch: ScratchDirectory) => Promise<string>,
): Promise<SourceTree> {
  const { scratch, path } = await filled(options.cacheDirectory, fill);
  const source = openTreeSource(directoryTree(path), options);
  const dispose = source[Symbol.asyncDispose].bind(source);
  return Object.assign(source, { [Symbol.asyncDispose]: both(dispose, scratch) });
}

const both =
  (dispose: () => PromiseLike<void>, scratch: ScratchDirectory) => async (): Promise<void> => {
    try {
      await dispose();
    } finally {
      await scratch[Symbol.asyncDispose]();
    }
  };
