import { posix } from 'node:path';
import { RootfsError } from '../rootfs-error.ts';

/** What is copied, and where to, as docker's table asks. */
export interface CopyPlaces {
  readonly isDirectory: boolean;
  readonly destination: {
    /** Absolute, links of its last name followed; it may end with a slash. */
    readonly path: string;
    /** Undefined: nothing is there. */
    readonly type?: 'directory' | 'other';
  };
}

/** Where the copied entries are made: in which directory, and by which name if not by their own. */
export interface CopyPlace {
  readonly directory: string;
  readonly name?: string;
}

const refusal = (text: string): RootfsError => new RootfsError('COPY_REFUSED', text);

/**
 * Docker's rules: into a directory that is there by the own name, else by the name of the destination.
 * Throws COPY_REFUSED. https://docs.docker.com/reference/cli/docker/container/cp/
 */
export function placeCopy({ isDirectory, destination: { path, type } }: CopyPlaces): CopyPlace {
  if (type === 'directory') return { directory: path };
  if (type === 'other' && isDirectory) throw refusal('cannot copy directory');
  if (type === undefined && !isDirectory && path.endsWith('/')) throw refusal('no such directory');
  return { directory: posix.dirname(path), name: posix.basename(path) };
}
