import { existsSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock, errnoOf, isAlive, selfIdentity, temporaryName } from '@ctrkit/durable';
import type { Lock, ProcessIdentity } from '@ctrkit/durable';
import { EngineError } from './engine-error.ts';
import { containerDirectory, namePath, namesDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { explained } from './explained.ts';
import { randomName } from './random-name.ts';

/** Whom a name belongs to: names/<name>. The claim of a container that is not there is void once its maker is dead. */
interface NameClaim {
  readonly id: string;
  readonly claimedBy: ProcessIdentity;
}

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

// A claim has its content before it has its name, but a power cut may take what was not synced.
function readClaim(engine: Engine, name: string): NameClaim | 'damaged' | 'none' {
  let text: string;
  try {
    text = readFileSync(namePath(engine, name), 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'none';
    throw error;
  }
  try {
    const claim = JSON.parse(text) as Partial<NameClaim> | null;
    return typeof claim?.id === 'string' ? (claim as NameClaim) : 'damaged';
  } catch {
    return 'damaged';
  }
}

/** Whom a name belongs to; undefined where it is free or no name at all. */
export function readName(engine: Engine, name: string): NameClaim | undefined {
  if (!pattern.test(name) || name.length > LONGEST) return undefined;
  const claim = readClaim(engine, name);
  return typeof claim === 'string' ? undefined : claim;
}

function isVoid(engine: Engine, claim: NameClaim | 'damaged' | 'none'): boolean {
  if (typeof claim === 'string') return claim === 'damaged';
  return !existsSync(containerDirectory(engine, claim.id)) && !isAlive(claim.claimedBy);
}

// What belongs to the dead changes hands under this lock alone.
const lockNames = (engine: Engine): Promise<Lock | undefined> =>
  acquireLock(join(engine.root, 'names.lock'));

const removeClaim = (path: string): void => explained(path, () => rmSync(path, { force: true }));

// link(2) makes the name with its content in one step, and fails where there is one.
function tryClaim(engine: Engine, name: string, id: string): boolean {
  const path = namePath(engine, name);
  const temporary = temporaryName(path);
  const claim: NameClaim = { id, claimedBy: selfIdentity() };
  try {
    explained(path, () => {
      writeFileSync(temporary, JSON.stringify(claim), { mode: 0o600 });
      linkSync(temporary, path);
    });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Makes a name a container's own. Of several who claim it, one wins. Throws NAME_INVALID, NAME_IN_USE, DurableError. */
export async function claimName(engine: Engine, name: string, id: string): Promise<void> {
  checkName(name);
  if (tryClaim(engine, name, id)) return;
  // Taking over from the dead takes a lock: two who both saw a void claim must not both replace it.
  await using _lock = await lockNames(engine);
  if (isVoid(engine, readClaim(engine, name))) removeClaim(namePath(engine, name));
  if (tryClaim(engine, name, id)) return;
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

function isOurs({ claimedBy }: NameClaim): boolean {
  const self = selfIdentity();
  return claimedBy.pid === self.pid && isAlive(claimedBy);
}

/** Gives a name back, if it is still that container's. */
export async function releaseName(engine: Engine, name: string, id: string): Promise<void> {
  const claim = readName(engine, name);
  if (claim?.id !== id) return;
  // Nobody takes over from the living.
  await using _lock = isOurs(claim) ? undefined : await lockNames(engine);
  if (readName(engine, name)?.id === id) removeClaim(namePath(engine, name));
}

/** Gives back the names of containers whose makers died before they were there. */
export async function sweepNames(engine: Engine): Promise<void> {
  const isFree = (name: string): boolean => isVoid(engine, readClaim(engine, name));
  const names = readdirSync(namesDirectory(engine)).filter((name) => pattern.test(name));
  const free = names.filter(isFree);
  if (free.length === 0) return;
  await using _lock = await lockNames(engine);
  for (const name of free.filter(isFree)) removeClaim(namePath(engine, name));
}
