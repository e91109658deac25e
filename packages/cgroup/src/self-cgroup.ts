/**
 * Where a process is, from its /proc/PID/cgroup: controller → path, '' for the v2 tree.
 * https://man7.org/linux/man-pages/man7/cgroups.7.html
 */
export function parseSelfCgroup(text: string): Map<string, string> {
  const paths = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    if (match === null) continue;
    const [, controllers = '', path = ''] = match;
    for (const controller of controllers.split(',')) paths.set(controller, path);
  }
  return paths;
}
