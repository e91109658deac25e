import { posix } from 'node:path';
import { walkTree } from '@ctrkit/syscalls';
import type { WalkEntry } from '@ctrkit/syscalls';
import type { Tree } from '../tree.ts';
import { explainCopy } from './explain-copy.ts';

export interface FindOptions {
  /** Whether a link at the very path is followed. */
  readonly follow: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What is at a path of a tree, seen from inside: links lead nowhere outside. Undefined where nothing is, also behind
 * links that never end. Throws COPY_FAILED, NO_USER_NAMESPACES.
 */
export async function findPath(
  tree: Tree,
  path: string,
  { follow, signal }: FindOptions,
): Promise<WalkEntry | undefined> {
  const selection = {
    path: path.replace(/^\/+/, '') || '.',
    depth: 0,
    xattrs: false,
    follow: follow ? true : 'parents',
    optional: true,
    mounts: true,
  } as const;
  try {
    for await (const record of walkTree(tree, selection, signal === undefined ? {} : { signal })) {
      if (record.kind === 'entry') return record;
    }
  } catch (error) {
    throw explainCopy(error);
  }
  return undefined;
}

const MOST_LINKS = 40;

/** Where a path leads in the end. */
export interface FoundPlace {
  /** The path, by the target of its last link if it is one. */
  readonly path: string;
  /** Undefined: nothing is there. */
  readonly entry?: WalkEntry;
}

/**
 * The path itself where it is no link, or one of links that never end; else where it leads, be it to nothing. Throws
 * COPY_FAILED, NO_USER_NAMESPACES.
 */
export async function followPath(
  tree: Tree,
  path: string,
  signal?: AbortSignal,
): Promise<FoundPlace> {
  let at = path;
  for (let links = 0; links <= MOST_LINKS; links++) {
    const entry = await findPath(tree, at, { follow: false, signal });
    if (entry?.type !== 'symlink') return entry === undefined ? { path: at } : { path: at, entry };
    // Not cleaned: what `..` is behind a link, the kernel knows.
    const target = entry.target.toString();
    at = target.startsWith('/') ? target : `${posix.dirname(at).replace(/\/$/, '')}/${target}`;
  }
  return { path };
}
