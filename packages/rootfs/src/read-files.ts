import { SyscallsError, walkTree } from '@ctrkit/syscalls';
import { layersTree } from './tree.ts';
import type { Tree } from './tree.ts';

const LARGEST = 1 << 20;

/**
 * The bytes of regular files of an image, read as its containers would see them: links are followed inside the
 * root. Undefined where there is none, where it is no regular file, or where it is larger than 1 MiB.
 */
export async function readFiles(
  lowers: readonly string[],
  paths: readonly string[],
): Promise<(Buffer | undefined)[]> {
  return await Promise.all(paths.map((path) => readFile(layersTree(lowers), path)));
}

async function readFile(tree: Tree, path: string): Promise<Buffer | undefined> {
  const selection = {
    path,
    depth: 0,
    contents: LARGEST,
    xattrs: false,
    follow: true,
    optional: true,
  };
  let size: number | undefined;
  const parts: Buffer[] = [];
  try {
    for await (const record of walkTree(tree, selection)) {
      if (record.kind === 'data') parts.push(record.content);
      else if (record.type === 'file' && record.size <= LARGEST) size = record.size;
    }
  } catch (error) {
    // A link that leads nowhere a regular file could be.
    if (!(error instanceof SyscallsError) || error.failure?.operation !== 'walk') throw error;
  }
  return size === undefined ? undefined : Buffer.concat(parts);
}
