import { SyscallsError } from '@ctrkit/syscalls';
import { BuildError } from '../build-error.ts';

const shown = (path: string): string => JSON.stringify(path.slice(0, 255));

/** Something was not any more what it was when we looked. */
export function changedWhileRead(path: string): BuildError {
  return new BuildError('CONTEXT_INVALID', `${shown(path)} changed while it was read`, {
    hint: 'build again when nothing writes to it any more, or name it in .dockerignore',
  });
}

/** The error of this package for one of a walk. */
export function explainWalk(cause: unknown): unknown {
  const failure = cause instanceof SyscallsError ? cause.failure : undefined;
  if (failure === undefined) return cause;
  const { operation, errno, path } = failure;
  if (operation === 'root' && (errno === 'ENOENT' || errno === 'ENOTDIR')) {
    return new BuildError('CONTEXT_INVALID', `path ${shown(path)} not found`, { cause });
  }
  if (errno === 'EACCES' || errno === 'EPERM') {
    return new BuildError('CONTEXT_INVALID', `no permission to read from ${shown(path)}`, {
      cause,
      hint: 'make it readable, or name it in .dockerignore',
    });
  }
  // Links and other kinds in the place of what was seen.
  if (errno === 'ELOOP' || errno === 'ENOTDIR' || errno === 'ENXIO') return changedWhileRead(path);
  return cause;
}
