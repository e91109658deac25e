import { readFileSync, rmSync } from 'node:fs';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  acquireLock,
  errnoOf,
  isAlive,
  namesIn,
  sweepTemporaries,
  temporaryName,
  temporaryOwner,
} from '@ctrkit/durable';
import type { Lock } from '@ctrkit/durable';
import { readContainerRecord } from './container-record.ts';
import type { Engine } from './engine.ts';
import { explained } from './explained.ts';
import { containerIds } from './list.ts';
import { volumesDirectory } from './volume-record.ts';

/** Keeps volumes for a container that is being made, while this process lives or until it is released. */
export interface VolumeClaim extends Disposable {
  /** Ends it; a second call does nothing. */
  release(): void;
}

interface Claimed {
  readonly container: string;
  readonly volumes: readonly string[];
}

const claimsDirectory = (engine: Engine): string => join(volumesDirectory(engine), '.claims');

/** Who claims or removes volumes does so alone. Held for a look at the containers, never while files are copied. */
export async function lockVolumes(engine: Engine): Promise<Lock | undefined> {
  return await acquireLock(join(volumesDirectory(engine), '.lock'));
}

/** Keeps volumes of those names, there or not yet, from being removed. Throws DurableError. */
export async function claimVolumes(
  engine: Engine,
  container: string,
  volumes: readonly string[],
): Promise<VolumeClaim> {
  const directory = claimsDirectory(engine);
  const path = temporaryName(join(directory, 'x'));
  await using _lock = await lockVolumes(engine);
  const release = (): void => rmSync(path, { force: true });
  try {
    explained(path, () => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      writeFileSync(path, JSON.stringify({ container, volumes } satisfies Claimed), {
        mode: 0o600,
      });
    });
  } catch (error) {
    release();
    throw error;
  }
  return { release, [Symbol.dispose]: release };
}

function readClaim(path: string): Claimed[] {
  try {
    return [JSON.parse(readFileSync(path, 'utf8')) as Claimed];
  } catch (error) {
    // Released meanwhile: its container is there by now, or will never be.
    if (errnoOf(error) === 'ENOENT') return [];
    // Being written, which nobody does who has no lock, so that who has it sees none.
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function claims(engine: Engine): Claimed[] {
  const directory = claimsDirectory(engine);
  return namesIn(directory).flatMap((name) => {
    const owner = temporaryOwner(name);
    return owner !== undefined && isAlive(owner) ? readClaim(join(directory, name)) : [];
  });
}

/**
 * Who has which volumes: containers, running or not, by id, those included that are being made. Under `lockVolumes` nobody
 * is missing; without it, it tells what was a moment ago.
 */
export function volumeUsers(engine: Engine): Map<string, Set<string>> {
  const users = new Map<string, Set<string>>();
  const add = (volume: string, container: string): void => {
    users.set(volume, (users.get(volume) ?? new Set()).add(container));
  };
  // The claims first: one that is released between the two has become a container.
  for (const { container, volumes } of claims(engine))
    volumes.forEach((name) => add(name, container));
  for (const id of containerIds(engine)) {
    for (const mount of readContainerRecord(engine, id)?.mounts ?? []) {
      if (mount.type === 'volume') add(mount.name, id);
    }
  }
  return users;
}

/** Removes what dead processes left of claims. */
export async function sweepVolumeClaims(engine: Engine): Promise<void> {
  await sweepTemporaries(claimsDirectory(engine));
}
