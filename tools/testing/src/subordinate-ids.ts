import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The first of the subordinate ids that a user of the tests has, and how many there are. */
export const subordinateIds = { start: 1_600_000_000, size: 65_536 } as const;

// Nobody but the command sees these files, whose names newuidmap(1) has built in.
const script = `set -e
mount --bind "$0" /etc/subuid
mount --bind "$0" /etc/subgid
exec "$@"`;

/** What runs a command, as root, where the user has subordinate ids; the list of them is a file in `directory`. */
export async function withSubordinateIds(
  { name }: { readonly name: string },
  directory: string,
  command: readonly [string, ...string[]],
): Promise<[string, ...string[]]> {
  const list = join(directory, 'subordinate-ids');
  await writeFile(list, `${name}:${subordinateIds.start}:${subordinateIds.size}\n`);
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, list, ...command];
}

/** What runs a command as a user. */
export const becoming = (
  { uid, gid }: { readonly uid: number; readonly gid: number },
  command: readonly [string, ...string[]],
): [string, ...string[]] => [
  'setpriv',
  `--reuid=${uid}`,
  `--regid=${gid}`,
  '--clear-groups',
  '--inh-caps=-all',
  '--',
  ...command,
];
