import { readFile } from 'node:fs/promises';
import { pullLocked } from '@ctrkit/engine';
import type { Engine } from '@ctrkit/engine';
import { lockedReference, parseImageLock } from '@ctrkit/image-store';
import { parsePlatform } from '@ctrkit/oci';

type PullOptions = NonNullable<Parameters<typeof pullLocked>[3]>;

/** Pulls what a lockfile has for a name, or everything in it; refuses before it pulls anything. */
export async function pullFromLock(
  engine: Engine,
  path: string,
  name: string | undefined,
  options: PullOptions,
): Promise<{ readonly name: string }[]> {
  const lock = parseImageLock(await readFile(path), path);
  const names = name === undefined ? Object.keys(lock.images) : [name];
  const { platform } = options;
  const choice = platform === undefined ? {} : { platform: parsePlatform(platform) };
  for (const each of names) lockedReference(lock, each, choice);
  const pulled = [];
  for (const each of names) pulled.push(await pullLocked(engine, lock, each, options));
  return pulled;
}
