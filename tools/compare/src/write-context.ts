import { createHash } from 'node:crypto';
import { chmod, link, lutimes, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '@ctrkit/testing';
import type { ContextFile, ContextFiles } from './dockerfile-case.ts';

/** When everything in a context was changed: long ago, so that it is told from what a build makes. */
export const contextTime: Date = new Date(1_000_000_000_000);
/** When what is changed for a second build was. */
export const changeTime: Date = new Date(1_100_000_000_000);

/**
 * The time in seconds with a fraction of a context's own, which images do not keep: BuildKit takes a file of the same path,
 * size and time for one that it has seen, be it in another directory.
 */
function ownTime(directory: string, time: Date): number {
  const digest = createHash('sha256').update(directory).digest();
  return time.getTime() / 1000 + (1 + (digest.readUInt32LE() % 999_998)) / 1_000_000;
}

async function writeOne(directory: string, name: string, file: ContextFile): Promise<void> {
  const path = join(directory, name);
  await mkdir(dirname(path), { recursive: true });
  if (name.endsWith('/')) {
    await mkdir(path, { recursive: true });
    return chmod(path, typeof file === 'object' && 'mode' in file ? (file.mode ?? 0o755) : 0o755);
  }
  // What was there may be another name of a second file.
  await rm(path, { force: true });
  if (typeof file === 'string' || file instanceof Uint8Array) return writeFile(path, file);
  if (file.link !== undefined) return symlink(file.link, path);
  if (file.sameAs !== undefined) return link(join(directory, file.sameAs), path);
  if (file.type === 'fifo') await run(['mkfifo', path]);
  else await writeFile(path, file.content ?? '');
  await chmod(path, file.mode ?? 0o644);
}

/** Every directory on the way to a path, the nearest first. */
function parentsOf(name: string): string[] {
  const parts = name.split('/').filter(Boolean).slice(0, -1);
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
}

/** Writes a context with permissions that no umask changes and times that are all the same. */
export async function writeContext(
  directory: string,
  files: ContextFiles,
  time: Date = contextTime,
): Promise<void> {
  for (const [name, file] of Object.entries(files)) await writeOne(directory, name, file);
  const names = Object.keys(files).flatMap((name) => [name, ...parentsOf(name)]);
  const named = new Set(Object.keys(files).map((name) => name.replace(/\/$/, '')));
  const own = ownTime(directory, time);
  for (const name of new Set(names)) {
    const path = join(directory, name);
    if (!named.has(name.replace(/\/$/, ''))) await chmod(path, 0o755);
    await lutimes(path.replace(/\/$/, ''), own, own);
  }
}
