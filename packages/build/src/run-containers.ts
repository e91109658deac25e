import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, explainSystemError, isAlive, namesIn, randomHex, temporaryName, temporaryOwner } from '@ctrkit/durable'; // prettier-ignore
import { EngineError, removeContainer } from '@ctrkit/engine';
import type { Engine } from '@ctrkit/engine';

// Whose a container of a build is stands in a file of ours: what an image says of itself (labels) must not decide what is removed.
const directoryOf = (engine: Engine): string => join(engine.root, 'build-cache/running');

/** A container of a step, by the name that it is going to have. */
export interface AnnouncedContainer extends AsyncDisposable {
  readonly name: string;
}

/** Says that a container is made for a step, so that it goes with it however that ends: with this process, by the next build. */
export function announceContainer(engine: Engine): AnnouncedContainer {
  const directory = directoryOf(engine);
  const path = temporaryName(join(directory, 'x'));
  const name = `build-${randomHex(8)}`;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(path, name, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw explainSystemError(error, path);
  }
  return {
    name,
    [Symbol.asyncDispose]: async () => {
      await removeIfThere(engine, name);
      rmSync(path, { force: true });
    },
  };
}

async function removeIfThere(engine: Engine, name: string): Promise<void> {
  try {
    await removeContainer(engine, name, { force: true });
  } catch (error) {
    const isGone = error instanceof EngineError && ['CONTAINER_NOT_FOUND', 'CONTAINER_BUSY'].includes(error.code); // prettier-ignore
    if (!isGone) throw error;
  }
}

// Another build that begins now sweeps too.
function announcedIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '';
    throw explainSystemError(error, path);
  }
}

/** Removes the containers that killed builds left. */
export async function sweepRunContainers(engine: Engine): Promise<void> {
  const directory = directoryOf(engine);
  for (const file of namesIn(directory)) {
    const owner = temporaryOwner(file);
    if (owner === undefined || isAlive(owner)) continue;
    const path = join(directory, file);
    const name = announcedIn(path);
    if (/^build-[0-9a-f]{16}$/.test(name)) await removeIfThere(engine, name);
    rmSync(path, { force: true });
  }
}
