/** One mount of a cgroup file system. https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
export interface CgroupMountEntry {
  readonly version: 1 | 2;
  readonly mountPoint: string;
  /** Which directory of the file system is mounted there. */
  readonly root: string;
  /** v1: the controllers of this hierarchy. */
  readonly controllers: readonly string[];
}

/** v1 mount options that are no controllers; `name=systemd` is one too. */
const notControllers = new Set([
  'rw',
  'ro',
  'xattr',
  'clone_children',
  'noprefix',
  'favordynmods',
  'nofavordynmods',
  'cpuset_v2_mode',
]);

const unescape = (field: string): string =>
  field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCodePoint(Number.parseInt(octal, 8)),
  );

function parseLine(line: string): CgroupMountEntry[] {
  const [before = '', after = ''] = line.split(' - ');
  const [, , , root = '', mountPoint = ''] = before.split(' ');
  const [type, , options = ''] = after.split(' ');
  if (type !== 'cgroup' && type !== 'cgroup2') return [];
  const controllers = type === 'cgroup' ? options.split(',') : [];
  return [
    {
      version: type === 'cgroup' ? 1 : 2,
      mountPoint: unescape(mountPoint),
      root: unescape(root),
      controllers: controllers.filter(
        (name) => !notControllers.has(name) && !/^(?:name|release_agent)=/.test(name),
      ),
    },
  ];
}

/** The cgroup mounts in a mountinfo file, in their order. */
export function parseMountinfo(text: string): CgroupMountEntry[] {
  return text.split('\n').flatMap(parseLine);
}
