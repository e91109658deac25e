import { statSync } from 'node:fs';
import { join } from 'node:path';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

/**
 * What is read of the files of a container, if it is there to the end. Whoever removes one moves its directory away before
 * the first file goes: if that is in its place when all is read, all was read; so no reader keeps a container
 * from anybody. Throws CONTAINER_NOT_FOUND at the end where it was removed meanwhile, else what the reader throws.
 */
export async function* whileThere<T>(
  engine: Engine,
  { id }: { readonly id: string },
  parts: AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const upper = join(containerDirectory(engine, id), 'upper');
  const inode = inodeOf(upper);
  const isThere = (): boolean => inode !== undefined && inodeOf(upper) === inode;
  try {
    yield* parts;
  } catch (error) {
    throw isThere() ? error : removed(id, error);
  }
  if (!isThere()) throw removed(id);
}

function removed(id: string, cause?: unknown): EngineError {
  const message = `container ${id} was removed while its files were read`;
  return new EngineError('CONTAINER_NOT_FOUND', message, { cause });
}
