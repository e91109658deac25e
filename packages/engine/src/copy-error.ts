import { RootfsError } from '@ctrkit/rootfs';
import { EngineError } from './engine-error.ts';

/** What docker says where a container has nothing at a path. */
export const notFound = (path: string, container: string): EngineError =>
  new EngineError('PATH_NOT_FOUND', `Could not find the file ${path} in container ${container}`);

/** What is asked of a file as if it were a directory. */
export const notDirectory = (path: string): EngineError =>
  new EngineError('PATH_NOT_FOUND', `lstat ${path}: not a directory`);

export const refused = (text: string): EngineError => new EngineError('COPY_REFUSED', text);

export const readOnly = (what: 'container rootfs' | 'mounted volume'): EngineError =>
  new EngineError('READ_ONLY', `${what} is marked read-only`);

/** An error while files are written into a container: that of a mount that is read-only is told as docker does. */
export function explainedWrite(error: unknown): unknown {
  if (!(error instanceof RootfsError) || error.code !== 'READ_ONLY') return error;
  return new EngineError('READ_ONLY', error.message, { cause: error });
}
