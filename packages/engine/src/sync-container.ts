import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { explainSystemError, flush } from '@ctrkit/durable';
import { idsDirectory, idsPath, namePath, namesDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import type { Identity } from './identity.ts';
import { networkFiles } from './spec.ts';

/** What a container is made of before its record is, in its directory. */
const parts = ['bundle/config.json', 'bundle', 'upper', ...networkFiles] as const;

/**
 * Has a container that is being made on the disk, with what is claimed for it, but for what is in its upper directory and its record,
 * which comes last. All at once: the disk writes them together. Throws NO_SPACE, READ_ONLY, and what the disk says.
 * @param directory where it is being made
 */
export async function syncContainer(
  engine: Engine,
  { directory, name, ownIds }: Pick<Identity, 'name' | 'ownIds'> & { readonly directory: string },
): Promise<void> {
  const own = parts.map((part) => join(directory, part));
  const names = [namePath(engine, name), namesDirectory(engine)];
  // Whose ids they are is not to be forgotten: two containers would be the same users of the host. The directory may be new.
  const ids = ownIds === undefined ? [] : [idsPath(engine, ownIds.first), idsDirectory(engine), engine.root]; // prettier-ignore
  await Promise.all([...own, ...names, ...ids].map(sync));
}

async function sync(path: string): Promise<void> {
  const descriptor = openSync(path, constants.O_RDONLY);
  try {
    await flush(descriptor);
  } catch (error) {
    throw explainSystemError(error, path);
  } finally {
    closeSync(descriptor);
  }
}
