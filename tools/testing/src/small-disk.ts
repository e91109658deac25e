import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './run.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A file system of its own, mounted until it is disposed of. */
export interface SmallDisk extends AsyncDisposable {
  /** Where it is mounted. */
  readonly path: string;
}

/** One on a device that can be cut off. */
export interface CuttableDisk extends SmallDisk {
  /**
   * What a power cut at this moment would leave, mounted as after it: what had not been written to the device is lost.
   * Whoever writes there must be stopped meanwhile.
   */
  cut(): Promise<SmallDisk>;
}

/** How often something is tried that others are in the way of. */
const TRIES = 20;

async function must(...command: [string, ...string[]]): Promise<void> {
  const { code, stderr } = await run(command);
  if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr.trim()}`);
}

async function mounted(
  arguments_: readonly string[],
  directory: Awaited<ReturnType<typeof temporaryDirectory>>,
): Promise<SmallDisk> {
  const path = join(directory.path, 'mounted');
  await mkdir(path);
  try {
    await must('mount', ...arguments_, path);
  } catch (error) {
    await directory[Symbol.asyncDispose]();
    throw error;
  }
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await unmount(path);
      await directory[Symbol.asyncDispose]();
    },
  };
}

// What was started beside a command, to sync for example, may have something open for a moment.
async function unmount(path: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { code, stderr } = await run(['umount', path]);
    if (code === 0) return;
    if (tries === TRIES) throw new Error(stderr.trim());
    await sleep(200);
  }
}

/** A small file system in memory. */
export async function memoryDisk(megabytes: number): Promise<SmallDisk> {
  return await mounted(
    ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'none'],
    await temporaryDirectory(),
  );
}

/** An overlay: a file system that no other overlay writes to. */
export async function overlayDisk(): Promise<SmallDisk> {
  const directory = await temporaryDirectory({ traversable: true });
  const [lower, upper, work] = ['lower', 'upper', 'work'].map((name) => join(directory.path, name));
  for (const path of [lower, upper, work]) await mkdir(path ?? '');
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  return await mounted(['-t', 'overlay', '-o', options, 'overlay'], directory);
}

// Only what a sync asks for, and what the kernel writes by itself, reaches the device: not every five seconds all of it.
const OPTIONS = ['-o', 'loop,commit=300'];

/** A small ext4 on a loop device. */
export async function loopDisk(megabytes: number): Promise<CuttableDisk> {
  const directory = await temporaryDirectory();
  const image = join(directory.path, 'image');
  await must('truncate', '-s', `${megabytes}M`, image);
  await must('mkfs.ext4', '-q', image);
  const disk = await mounted([...OPTIONS, image], directory);
  return { ...disk, cut: () => cutOff(image) };
}

// The device is a file. What its file system has not written is not in it. A copy that is equal to it afterwards is what
// stood there at one moment.
async function cutOff(image: string): Promise<SmallDisk> {
  const directory = await temporaryDirectory();
  const copy = join(directory.path, 'image');
  for (let tries = 1; ; tries++) {
    await copyFile(image, copy);
    if ((await run(['cmp', '-s', image, copy])).code === 0) break;
    if (tries === TRIES) throw new Error(`${image}: is written to all the time`);
  }
  return await mounted([...OPTIONS, copy], directory);
}
