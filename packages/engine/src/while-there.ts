import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeSpec } from '@ctrkit/oci';
import { readSpec } from './bundle.ts';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { haveSameLayers } from './root-directories.ts';

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

/**
 * What is read of the files of a container, if it is there to the end. Whoever removes one moves its directory away before
 * the first file goes: if that is in its place when all is read, all was read; so no reader keeps a container
 * from anybody. Who forks one gives it another spec before the first file goes elsewhere: `spec` is the one that the reader goes by.
 * Throws CONTAINER_NOT_FOUND at the end where it was removed meanwhile, CONTAINER_BUSY where it was forked, else what the reader throws.
 */
export async function* whileThere<T>(
  engine: Engine,
  { id }: { readonly id: string },
  spec: RuntimeSpec,
  parts: AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const upper = join(containerDirectory(engine, id), 'upper');
  const inode = inodeOf(upper);
  const isThere = (): boolean => inode !== undefined && inodeOf(upper) === inode;
  try {
    yield* parts;
  } catch (error) {
    throw isThere() ? (forked(engine, id, spec) ?? error) : removed(id, error);
  }
  if (!isThere()) throw removed(id);
  const meanwhile = forked(engine, id, spec);
  if (meanwhile !== undefined) throw meanwhile;
}

function forked(engine: Engine, id: string, spec: RuntimeSpec): EngineError | undefined {
  if (haveSameLayers(readSpec(engine, id), spec)) return undefined;
  return new EngineError('CONTAINER_BUSY', `container ${id} was forked while its files were read`, {
    hint: 'try again',
  });
}

function removed(id: string, cause?: unknown): EngineError {
  const message = `container ${id} was removed while its files were read`;
  return new EngineError('CONTAINER_NOT_FOUND', message, { cause });
}
