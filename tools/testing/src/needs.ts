import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unprivilegedUser } from './as-user.ts';

/**
 * What a test may need:
 * - `root`: to run as root
 * - `unprivileged-user`: to be able to run something without privileges, see asUser
 * - `user-namespaces`: that an unprivileged user may make them
 * - `cgroup`: to be root where cgroups can be made (v1 or v2)
 * - `overlay`, `overlay-rootless`: to mount an overlay in a private mount namespace, as root or in
 *   a user namespace
 * - `loop-device`: to be root where a file can be mounted as ext4
 * - `command:NAME`: a program
 * - `file:PATH`: a file; relative to the checkout unless absolute
 */
export type Need =
  | 'root'
  | 'unprivileged-user'
  | 'user-namespaces'
  | 'cgroup'
  | 'overlay'
  | 'overlay-rootless'
  | 'loop-device'
  | `command:${string}`
  | `file:${string}`;

const checkout = fileURLToPath(new URL('../../../', import.meta.url));

interface DebianPackage {
  readonly package: string;
  readonly shows: string;
}

function debianPackageOf(need: string): string | undefined {
  const list = join(checkout, 'tools/start/debian-packages.json');
  const packages = JSON.parse(readFileSync(list, 'utf8')) as DebianPackage[];
  return packages.find((entry) => entry.shows === need)?.package;
}

const isRoot = (): boolean => process.getuid?.() === 0;

function hasCommand(name: string): boolean {
  const folders = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`.split(delimiter);
  return folders.some((folder) => {
    const path = join(folder === '' ? '.' : folder, name);
    return existsSync(path) && statSync(path).isFile() && isExecutable(path);
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether a command succeeds; as the unprivileged user with `asUser`. */
function succeeds(command: string, args: readonly string[], as?: 'user'): boolean {
  const { uid, gid } = unprivilegedUser();
  const identity = as === 'user' && isRoot() ? { uid, gid } : {};
  return spawnSync(command, args, { stdio: 'ignore', cwd: '/', ...identity }).status === 0;
}

/** Mounts an overlay on /tmp in a mount namespace that ends with the shell. */
const mountOverlay =
  'mount -t tmpfs t /tmp && cd /tmp && mkdir l u w m && mount -t overlay ' +
  '-o "lowerdir=l,upperdir=u,workdir=w$0" o m';

const kernelHas: Record<Exclude<Need, `${string}:${string}`>, () => boolean> = {
  root: isRoot,
  'unprivileged-user': () => !isRoot() || succeeds('true', [], 'user'),
  'user-namespaces': () => succeeds('unshare', ['--user', '--map-root-user', 'true'], 'user'),
  'loop-device': () => isRoot() && hasCommand('mkfs.ext4') && succeeds('losetup', ['--find']),
  cgroup: () => isRoot() && cgroupsAreWritable(),
  overlay: () => isRoot() && succeeds('unshare', ['--mount', 'sh', '-c', mountOverlay, '']),
  'overlay-rootless': () =>
    succeeds(
      'unshare',
      ['--user', '--map-root-user', '--mount', 'sh', '-c', mountOverlay, ',userxattr'],
      'user',
    ),
};

function cgroupsAreWritable(): boolean {
  const roots = ['/sys/fs/cgroup/cgroup.controllers', '/sys/fs/cgroup/memory/cgroup.procs'];
  return roots.some((path) => {
    try {
      accessSync(path, constants.R_OK);
      accessSync(join(path, '..'), constants.W_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const known = new Map<Need, boolean>();

function isThere(need: Need): boolean {
  if (need.startsWith('command:')) return hasCommand(need.slice('command:'.length));
  if (need.startsWith('file:')) {
    const path = need.slice('file:'.length);
    return existsSync(path.startsWith('/') ? path : join(checkout, path));
  }
  const cached = known.get(need);
  if (cached !== undefined) return cached;
  const there = kernelHas[need as keyof typeof kernelHas]();
  known.set(need, there);
  return there;
}

function remedy(need: Need): string {
  const name = debianPackageOf(need);
  if (name !== undefined) return ` (apt-get install ${name})`;
  if (need === 'user-namespaces') return ' (sysctl kernel.unprivileged_userns_clone=1)';
  return '';
}

/**
 * Whether all that a test needs is there. When something is missing it says so on stdout, in a line
 * `SKIP FILE: needs X (remedy)` that the runner counts: a skip is a failure in CI.
 */
export function needs(...what: readonly Need[]): boolean {
  const missing = what.filter((need) => !isThere(need));
  if (missing.length === 0) return true;
  const file = relative(process.cwd(), process.argv[1] ?? 'test');
  const list = missing.map((need) => `${need}${remedy(need)}`).join(', ');
  process.stdout.write(`SKIP ${file}: needs ${list}\n`);
  return false;
}
