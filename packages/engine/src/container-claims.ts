import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  acquireLock,
  errnoOf,
  isAlive,
  namesIn,
  selfIdentity,
  temporaryName,
} from '@ctrkit/durable';
import type { Lock, ProcessIdentity } from '@ctrkit/durable';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { explained } from './explained.ts';

/** To which container something belongs. The claim of one that is not there is void once its maker is dead. */
export interface ContainerClaim {
  readonly id: string;
  readonly claimedBy: ProcessIdentity;
}

/** Things that are one container's at a time: a file for each in a directory of that name of the engine's root. */
export type Claimed = 'names' | 'ids';

type Read = ContainerClaim | 'damaged' | 'none';

const pathOf = (engine: Engine, kind: Claimed, key: string): string => join(engine.root, kind, key);

// A claim has its content before it has its name, but a power cut may take what was not synced.
function read(engine: Engine, kind: Claimed, key: string): Read {
  let text: string;
  try {
    text = readFileSync(pathOf(engine, kind, key), 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'none';
    throw error;
  }
  try {
    const claim = JSON.parse(text) as Partial<ContainerClaim> | null;
    return typeof claim?.id === 'string' ? (claim as ContainerClaim) : 'damaged';
  } catch {
    return 'damaged';
  }
}

/** Whose it is; undefined where it is free. */
export function readClaim(engine: Engine, kind: Claimed, key: string): ContainerClaim | undefined {
  const claim = read(engine, kind, key);
  return typeof claim === 'string' ? undefined : claim;
}

function isVoid(engine: Engine, claim: Read): boolean {
  if (typeof claim === 'string') return claim === 'damaged';
  return !existsSync(containerDirectory(engine, claim.id)) && !isAlive(claim.claimedBy);
}

// What belongs to the dead changes hands under this lock alone.
const lock = (engine: Engine, kind: Claimed): Promise<Lock | undefined> =>
  acquireLock(join(engine.root, `${kind}.lock`));

const removeFile = (path: string): void => explained(path, () => rmSync(path, { force: true }));

// link(2) makes the name with its content in one step, and fails where there is one.
function tryClaim(engine: Engine, kind: Claimed, key: string, id: string): boolean {
  const path = pathOf(engine, kind, key);
  const temporary = temporaryName(path);
  const claim: ContainerClaim = { id, claimedBy: selfIdentity() };
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

/** Makes something a container's own; false where it is another's. Of several who claim it, one wins. Throws DurableError. */
export async function claim(
  engine: Engine,
  kind: Claimed,
  key: string,
  id: string,
): Promise<boolean> {
  if (tryClaim(engine, kind, key, id)) return true;
  // Taking over from the dead takes a lock: two who both saw a void claim must not both replace it.
  await using _lock = await lock(engine, kind);
  if (isVoid(engine, read(engine, kind, key))) removeFile(pathOf(engine, kind, key));
  return tryClaim(engine, kind, key, id);
}

function isOurs({ claimedBy }: ContainerClaim): boolean {
  const self = selfIdentity();
  return claimedBy.pid === self.pid && isAlive(claimedBy);
}

/** Gives it back, if it is still that container's. */
export async function release(
  engine: Engine,
  kind: Claimed,
  key: string,
  id: string,
): Promise<void> {
  const claim = readClaim(engine, kind, key);
  if (claim?.id !== id) return;
  // Nobody takes over from the living.
  await using _lock = isOurs(claim) ? undefined : await lock(engine, kind);
  if (readClaim(engine, kind, key)?.id === id) removeFile(pathOf(engine, kind, key));
}

/** Gives back what belongs to containers whose makers died before they were there. */
export async function sweepContainerClaims(engine: Engine, kind: Claimed): Promise<void> {
  const isFree = (key: string): boolean => isVoid(engine, read(engine, kind, key));
  const free = namesIn(join(engine.root, kind))
    .filter((key) => !key.startsWith('.'))
    .filter(isFree);
  if (free.length === 0) return;
  await using _lock = await lock(engine, kind);
  for (const key of free.filter(isFree)) removeFile(pathOf(engine, kind, key));
}
