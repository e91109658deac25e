import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isInstalled } from './commands.ts';
import { execute } from './execute.ts';
import type { ExecuteOptions } from './execute.ts';
import { writeLayout } from './write-layout.ts';

const DEFAULT_MIRROR = 'http://deb.debian.org/debian';

async function sources(): Promise<string> {
  const folder = '/etc/apt/sources.list.d';
  const names = await readdir(folder).catch(() => []);
  const paths = ['/etc/apt/sources.list', ...names.map((name) => join(folder, name))];
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')));
  return texts.join('\n');
}

/** The Debian mirror that apt uses on this machine, else Debian's own; sources.list(5). */
export function mirrorIn(text: string): string {
  const lines = text.split('\n').filter((line) => /^\s*(deb\s|URIs:)/.test(line));
  const found = /\bhttps?:\/\/\S+?\/debian(?=\/?(?:\s|$))/.exec(lines.join('\n'));
  return found?.[0] ?? DEFAULT_MIRROR;
}

/** The Debian mirror that apt uses on this machine. */
export async function debianMirror(): Promise<string> {
  return mirrorIn(await sources());
}

/**
 * Writes an OCI layout of the Debian root file system that debootstrap makes, as one layer. It is made in `work`, which
 * is removed again. Needs root and the mirror.
 */
export async function writeDebianRoot(
  directory: string,
  work: string,
  options: ExecuteOptions,
): Promise<void> {
  if (!isInstalled('debootstrap')) throw new Error('debootstrap is not installed');
  const root = join(work, 'root');
  const archive = join(work, 'root.tar');
  await mkdir(work);
  try {
    const mirror = await debianMirror();
    // In a mount namespace of its own: what it mounts goes with it, also when it is ended.
    const unshare = ['unshare', '--mount', '--propagation', 'private'] as const;
    const make = ['debootstrap', '--variant=minbase', 'bookworm', root, mirror];
    const env = { ...process.env, PATH: options.env['PATH'] };
    await execute([...unshare, ...make], { env, signal: options.signal });
    const pack = ['--numeric-owner', '--sort=name', '-C', root, '-cf', archive, '.'];
    await execute(['tar', ...pack], options);
    await writeLayout(directory, archive, options.signal);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
