import { release } from 'node:os';
import { cloneFlags, SyscallsError, walkTree } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { choosePrivilege } from './privilege.ts';

const LARGEST = 1 << 20;

// Linux 6.7 takes an overlay's lower directories one by one.
function overlayOperation(): 'root-overlay' | 'root-overlay-by-name' {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return major > 6 || (major === 6 && minor >= 7) ? 'root-overlay' : 'root-overlay-by-name';
}

/** The operations that make the root of layers (the lowest first), privately and read-only. */
export function mountLayers(lowers: readonly string[]): Operation[] {
  const { before, overlayOptions } = choosePrivilege();
  return [
    ...before,
    { op: 'unshare', flags: cloneFlags.mount },
    { op: 'private-mounts' },
    {
      op: overlayOperation(),
      lowers: lowers.toReversed(),
      upper: '',
      work: '',
      options: overlayOptions,
      attributes: 1, // MOUNT_ATTR_RDONLY
    },
  ];
}

// An overlay needs two lower directories where it has no upper one.
function rootOf(lowers: readonly string[]): Operation[] {
  const [only, ...others] = lowers;
  if (only === undefined || others.length > 0) return mountLayers(lowers);
  return [...choosePrivilege().before, { op: 'root', path: only }];
}

/**
 * The bytes of regular files of an image, read as its containers would see them: links are followed inside the
 * root. Undefined where there is none, where it is no regular file, or where it is larger than 1 MiB.
 */
export async function readFiles(
  lowers: readonly string[],
  paths: readonly string[],
): Promise<(Buffer | undefined)[]> {
  return await Promise.all(paths.map((path) => readFile(rootOf(lowers), path)));
}

async function readFile(root: readonly Operation[], path: string): Promise<Buffer | undefined> {
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
    for await (const record of walkTree(root, selection)) {
      if (record.kind === 'data') parts.push(record.content);
      else if (record.type === 'file' && record.size <= LARGEST) size = record.size;
    }
  } catch (error) {
    // A link that leads nowhere a regular file could be.
    if (!(error instanceof SyscallsError) || error.failure?.operation !== 'walk') throw error;
  }
  return size === undefined ? undefined : Buffer.concat(parts);
}
