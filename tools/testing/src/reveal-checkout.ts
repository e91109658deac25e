import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

/**
 * Arguments: the directory that is shut, the checkout, uid, gid, the command.
 * The checkout is held by a descriptor while the directory above it is covered; mount(8) must not
 * resolve that name (-c), which would lead below the cover.
 */
const reveal = `set -e
cwd=$(pwd)
exec 9<"$1"
mount -t tmpfs -o mode=0755 ctrkit-test "$0"
mkdir -p "$1"
mount -c --bind /proc/self/fd/9 "$1"
exec 9<&-
cd "$cwd"
user=$2 group=$3
shift 3
exec setpriv --reuid "$user" --regid "$group" --clear-groups --inh-caps=-all -- "$@"`;

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/** The outermost directory on the way to `shown` that the user cannot pass. */
function shutDirectory(user: Ids, shown: string): string | undefined {
  const above: string[] = [];
  for (let path = shown; path !== '/'; path = dirname(path)) above.unshift(path);
  return above.find((path) => {
    // Shells treat root's `test -x` alike for all; here it is asked as the user.
    const { status } = spawnSync('test', ['-x', path], { uid: user.uid, gid: user.gid, cwd: '/' });
    return status !== 0;
  });
}

/**
 * For root with a checkout in a directory that is shut to others, such as root's home: a command
 * that runs `command` as the user in a mount namespace of its own, where an empty file system
 * covers that directory and holds nothing but the checkout at its own path. `undefined` where
 * nothing is shut.
 */
export function revealing(
  user: Ids,
  command: readonly [string, ...string[]],
  shown: string = checkout,
): [string, ...string[]] | undefined {
  const shut = shutDirectory(user, shown);
  if (shut === undefined) return undefined;
  const ids = [String(user.uid), String(user.gid)];
  const shell = ['sh', '-c', reveal, shut, shown, ...ids, ...command];
  return ['unshare', '--mount', '--propagation', 'private', ...shell];
}
