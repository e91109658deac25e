import { claim, readClaim, release } from './container-claims.ts';
import type { ContainerClaim } from './container-claims.ts';
import { EngineError } from './engine-error.ts';
import type { Engine } from './engine.ts';
import { randomName } from './random-name.ts';

const pattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;
const LONGEST = 128;

/** Throws NAME_INVALID for what cannot name a container, in docker's words. */
export function checkName(name: string): void {
  if (pattern.test(name) && name.length <= LONGEST) return;
  throw new EngineError(
    'NAME_INVALID',
    `Invalid container name (${name.slice(0, 140)}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
  );
}

/** Whom a name belongs to; undefined where it is free or no name at all. */
export function readName(engine: Engine, name: string): ContainerClaim | undefined {
  if (!pattern.test(name) || name.length > LONGEST) return undefined;
  return readClaim(engine, 'names', name);
}

/** Makes a name a container's own. Of several who claim it, one wins. Throws NAME_INVALID, NAME_IN_USE, DurableError. */
export async function claimName(engine: Engine, name: string, id: string): Promise<void> {
  checkName(name);
  if (await claim(engine, 'names', name, id)) return;
  const owner = readName(engine, name)?.id ?? 'unknown';
  throw new EngineError(
    'NAME_IN_USE',
    `Conflict. The container name "/${name}" is already in use by container "${owner}". ` +
      'You have to remove (or rename) that container to be able to reuse that name.',
  );
}

/** Claims the name that is wanted, or a random one that is free, and returns it. Throws as `claimName`. */
export async function chooseName(
  engine: Engine,
  wanted: string | undefined,
  id: string,
): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const name = wanted ?? randomName(attempt);
    try {
      await claimName(engine, name, id);
      return name;
    } catch (error) {
      const taken = error instanceof EngineError && error.code === 'NAME_IN_USE';
      if (!taken || wanted !== undefined || attempt > 8) throw error;
    }
  }
}

/** Gives a name back, if it is still that container's. */
export const releaseName = (engine: Engine, name: string, id: string): Promise<void> =>
  release(engine, 'names', name, id);
