import { constants } from 'node:fs';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FileHandle } from 'node:fs/promises';
import { syncDirectory } from './sync-directory.ts';
import { errnoOf, explainSystemError } from './system-error.ts';
import { temporaryName } from './temporary.ts';
import type { WriteFileOptions } from './write-file-atomic.ts';

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Writes a stream to a file as one step: `path` is there when the stream has ended without an error, and as
 * before otherwise. A symbolic link is followed. What is there and no regular file (a device, a pipe) is
 * written to as it is. Throws what the source throws, and NO_SPACE, READ_ONLY, PERMISSION_DENIED.
 */
export async function writeStreamAtomic(
  path: string,
  source: Chunks,
  { mode = 0o600, sync = true }: WriteFileOptions = {},
): Promise<void> {
  const there = await statOrNothing(path);
  if (there !== undefined && !there.isFile()) await writeInto(path, source);
  else await replace(there === undefined ? path : await realpath(path), source, mode, sync);
}

async function replace(path: string, source: Chunks, mode: number, sync: boolean): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const handle = await opened(temporary, constants.O_CREAT | constants.O_EXCL, mode, path);
    try {
      await copy(handle, source, path);
      await handle.chmod(mode);
      if (sync) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    if (sync) await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeInto(path: string, source: Chunks): Promise<void> {
  const handle = await opened(path, 0, 0o600, path);
  try {
    await copy(handle, source, path);
  } finally {
    await handle.close();
  }
}

async function copy(handle: FileHandle, source: Chunks, path: string): Promise<void> {
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      at += await written(handle, chunk.subarray(at), path);
    }
  }
}

async function written(handle: FileHandle, bytes: Uint8Array, path: string): Promise<number> {
  try {
    return (await handle.write(bytes)).bytesWritten;
  } catch (error) {
    throw explainSystemError(error, path);
  }
}

async function opened(
  file: string,
  flags: number,
  mode: number,
  path: string,
): Promise<FileHandle> {
  try {
    return await open(file, constants.O_WRONLY | flags, mode);
  } catch (error) {
    throw explainSystemError(error, path);
  }
}

async function statOrNothing(path: string): Promise<{ isFile(): boolean } | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw explainSystemError(error, path);
  }
}
