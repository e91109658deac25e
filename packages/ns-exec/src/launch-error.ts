import { SyscallsError } from '@ctrkit/syscalls';
import type { HelperFailure } from '@ctrkit/syscalls';
import { NsExecError } from './ns-exec-error.ts';

const namespacesHint =
  'allow unprivileged user namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, ' +
  'kernel.apparmor_restrict_unprivileged_userns), or run as root';

// The words of docker and runc, which scripts look for.
function executeFailure(command: string, { errno }: HelperFailure, cause: unknown): NsExecError {
  const name = JSON.stringify(command);
  if (errno === 'ENOENT' && !command.includes('/')) {
    return new NsExecError(
      'COMMAND_NOT_FOUND',
      `exec: ${name}: executable file not found in $PATH`,
      { cause },
    );
  }
  if (errno === 'ENOENT' || errno === 'ENOTDIR') {
    return new NsExecError(
      'COMMAND_NOT_FOUND',
      `exec: ${name}: stat ${command}: no such file or directory`,
      { cause, hint: 'if the file is there, its interpreter or loader is missing' },
    );
  }
  const reasons: Record<string, string> = {
    EACCES: 'permission denied',
    ENOEXEC: 'exec format error',
    EPERM: 'operation not permitted',
    ELOOP: 'too many levels of symbolic links',
  };
  return new NsExecError('COMMAND_NOT_EXECUTABLE', `exec: ${name}: ${reasons[errno] ?? errno}`, {
    cause,
  });
}

// A file and a directory do not go together: `move_mount` says it by EINVAL. The words are docker's.
function bindFailure({ call, errno, path }: HelperFailure, cause: unknown): NsExecError {
  const isKind = errno === 'ENOTDIR' || (call === 'move_mount' && errno === 'EINVAL');
  if (!isKind) return startFailure(cause);
  return new NsExecError(
    'START_FAILED',
    `error mounting to rootfs at ${JSON.stringify(path)}: not a directory: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type`,
    { cause },
  );
}

function startFailure(cause: unknown): NsExecError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new NsExecError('START_FAILED', `cannot start the container: ${why}`, { cause });
}

// The file system has none, or the kernel (5.12, of an overlay's layers 5.19), or the user of the mount may not.
function mappingFailure({ path, errno }: HelperFailure, cause: unknown): NsExecError {
  const text = `cannot show the files of ${path} as the container's own ids: ${errno}`;
  return new NsExecError('START_FAILED', text, {
    cause,
    hint: 'the file system that they are on has no id-mapped mounts: put them on another (ext4, xfs, btrfs), or run without ids of its own',
  });
}

/** Says in the user's words why a container did not start; other errors are returned as they are. */
export function launchError(error: unknown, command: string): unknown {
  if (!(error instanceof SyscallsError) || error.failure === undefined) return error;
  const { operation, call, errno, path } = error.failure;
  if (operation === 'execute') return executeFailure(command, error.failure, error);
  if (operation === 'user-namespace' && call === 'execv') {
    return new NsExecError(
      'NO_USER_NAMESPACES',
      `the ids could not be mapped: ${path} refused it`,
      {
        cause: error,
        hint: 'see /etc/subuid and /etc/subgid, and that newuidmap and newgidmap are set-uid root',
      },
    );
  }
  if (operation === 'user-namespace') {
    return new NsExecError('NO_USER_NAMESPACES', `user namespaces are not available: ${errno}`, {
      cause: error,
      hint: namespacesHint,
    });
  }
  if (operation === 'root-bind' || operation.startsWith('root-overlay')) {
    return new NsExecError('ROOT_NOT_FOUND', `cannot mount the root ${path}: ${call}: ${errno}`, {
      cause: error,
    });
  }
  if (['hold', 'map-ids'].includes(operation) && call === 'mount_setattr') {
    return mappingFailure(error.failure, error);
  }
  if (operation === 'bind') return bindFailure(error.failure, error);
  return startFailure(error);
}
