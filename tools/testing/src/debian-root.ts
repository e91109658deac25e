import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const DEFAULT_MIRROR = 'http://deb.debian.org/debian';
const RELEASE = 'bookworm';
const MINUTE = 60_000;

/** Of this checkout, and gone with it. */
const cache = fileURLToPath(new URL('../../../node_modules/.cache/ctrkit', import.meta.url));

async function sources(): Promise<string> {
  const folder = '/etc/apt/sources.list.d';
  const names = await readdir(folder).catch(() => []);
  const paths = ['/etc/apt/sources.list', ...names.map((name) => join(folder, name))];
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')));
  return texts.join('\n');
}

/** The Debian mirror that a text names, as sources.list(5) has it, else Debian's own. */
export function mirrorIn(text: string): string {
  const lines = text.split('\n').filter((line) => /^\s*(deb\s|URIs:)/.test(line));
  const found = /\bhttps?:\/\/\S+?\/debian(?=\/?(?:\s|$))/.exec(lines.join('\n'));
  return found?.[0] ?? DEFAULT_MIRROR;
}

/** The Debian mirror that apt uses on this machine. */
export const debianMirror = async (): Promise<string> => mirrorIn(await sources());

// Who comes second waits, and finds it. What debootstrap mounts goes with its mount namespace, also when it is ended.
const make = `
set -e
test ! -e "$1" || exit 0
unshare --mount --propagation private debootstrap --variant=minbase ${RELEASE} "$2/root" "$3" >&2
tar --numeric-owner --sort=name --xattrs --xattrs-include='*' -C "$2/root" -cf "$1.part" .
mv "$1.part" "$1"
`;

/**
 * A tar archive of the Debian root file system that debootstrap makes. It is made once and kept with the checkout's modules.
 * Needs `root`, `command:debootstrap` and the mirror.
 */
export async function debianRoot(): Promise<string> {
  const path = join(cache, `debian-${RELEASE}.tar`);
  if (existsSync(path)) return path;
  await using work = await temporaryDirectory();
  await mkdir(cache, { recursive: true });
  const script = ['bash', '-c', make, 'bash', path, work.path, await debianMirror()] as const;
  const { code, stderr } = await run(['flock', `${path}.lock`, ...script], {
    timeout: 10 * MINUTE,
  });
  if (code !== 0) throw new Error(`debootstrap: ${stderr.slice(-1000)}`);
  return path;
}
