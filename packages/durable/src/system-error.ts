import { DurableError } from './durable-error.ts';

/** The errno name ('ENOENT', …) of an error thrown by Node, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Turns the errors that have a remedy into a DurableError that names `path`: NO_SPACE (ENOSPC,
 * EDQUOT), READ_ONLY (EROFS), PERMISSION_DENIED (EACCES, EPERM). Anything else comes back as it is,
 * so that callers can still tell ENOENT from EIO.
 */
export function explainSystemError(error: unknown, path: string): unknown {
  switch (errnoOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new DurableError('NO_SPACE', `${path}: no space left to write`, {
        path,
        hint: 'free some space (or raise the quota) on the file system that holds it',
        cause: error,
      });
    case 'EROFS':
      return new DurableError('READ_ONLY', `${path}: the file system is read-only`, {
        path,
        hint: 'mount it writable, or choose another directory',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new DurableError('PERMISSION_DENIED', `${path}: permission denied`, {
        path,
        hint: 'use a directory that belongs to you, or run as its owner',
        cause: error,
      });
    default:
      return error;
  }
}
