import { EngineError } from './engine-error.ts';

/** Flags of a mount, each with what it undoes. */
const opposites: ReadonlyMap<string, string> = new Map(
  ['ro rw', 'suid nosuid', 'dev nodev', 'exec noexec', 'atime noatime', 'diratime nodiratime', 'relatime norelatime', 'strictatime nostrictatime', 'sync async', 'private rprivate'] // prettier-ignore
    .map((pair) => pair.split(' '))
    .flatMap(([one = '', other = '']) => [
      [one, other],
      [other, one],
    ]),
);

const keys = new Set(['size', 'mode', 'uid', 'gid', 'nr_inodes', 'nr_blocks', 'mpol']);

function check(option: string): void {
  const [key = '', value] = option.split('=');
  const known = value === undefined ? option === '' || opposites.has(option) : keys.has(key);
  if (known) return;
  throw new EngineError('MOUNT_INVALID', `invalid tmpfs option [${JSON.stringify(option)}]`, {
    hint: `options are ${[...keys].map((name) => `${name}=`).join(', ')}, ro, exec, suid, dev and their opposites`,
  });
}

const nameOf = (option: string): string => option.split('=')[0] ?? '';

/**
 * The options of a tmpfs of a container: closed to programs, devices and set-id bits unless they say otherwise; of
 * options that contradict each other the last counts. Throws MOUNT_INVALID.
 */
export function tmpfsOptions(given: readonly string[]): string[] {
  given.forEach(check);
  const options = new Map<string, string>();
  for (const option of ['noexec', 'nosuid', 'nodev', ...given.filter(Boolean)]) {
    const opposite = opposites.get(option);
    if (opposite !== undefined) options.delete(opposite);
    options.set(nameOf(option), option);
  }
  return [...options.values()];
}
