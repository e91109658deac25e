import { SyscallsError } from '@ctrkit/syscalls';
import { explain } from '../layer/plan-stream.ts';
import { RootfsError } from '../rootfs-error.ts';

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EBUSY: 'device or resource busy',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'file name too long',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
  EROFS: 'read-only file system',
};

/**
 * The error of this package for one of the helper while something is copied; paths are from the root of the tree.
 * @param directory where it is copied to
 */
export function explainCopy(cause: unknown, directory = '/'): unknown {
  if (!(cause instanceof SyscallsError) || cause.failure === undefined) return cause;
  const { operation, call, errno, path } = cause.failure;
  if (['ENOSPC', 'EDQUOT'].includes(errno) || operation === 'user-namespace') return explain(cause);
  const where = JSON.stringify(`/${path.replace(/^\/+/, '')}`);
  const into = JSON.stringify(directory);
  const fail = (code: 'COPY_REFUSED' | 'READ_ONLY' | 'COPY_FAILED', text: string): RootfsError =>
    new RootfsError(code, text, { cause, path });
  if (call === 'create' && errno === 'EISDIR') {
    return fail('COPY_REFUSED', `cannot overwrite directory ${where} with non-directory ${into}`);
  }
  if (operation === 'make-directory' && errno === 'ENOTDIR') {
    return fail('COPY_REFUSED', `cannot overwrite non-directory ${where} with directory ${into}`);
  }
  if (operation === 'target') {
    return fail('COPY_FAILED', 'the container ended before its files could be reached');
  }
  if (errno === 'EROFS') return fail('READ_ONLY', `${where}: ${words[errno]}`);
  return fail('COPY_FAILED', `${where}: ${words[errno] ?? errno}`);
}
