import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  errnoOf,
  explainSystemError,
  isAlive,
  namesIn,
  sweepTemporaries,
  temporaryName,
  temporaryOwner,
} from '@ctrkit/durable';
import { isDigest } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { layersOf } from './image-layers.ts';
import type { LayeredImage } from './image-layers.ts';
import { chooseStorage } from './storage.ts';

/** Keeps the layers of an image from being collected, while this process lives or until it is released. */
export interface LayerClaim extends Disposable {
  /** Ends it; a second call does nothing. */
  release(): void;
}

/** What all living claims keep together. */
export interface ClaimedLayers {
  readonly ids: ReadonlySet<Digest>;
  /** A claim is being written at this moment. */
  readonly isUnfinished: boolean;
}

const PAUSE_MS = 5;

const claimsDirectory = (root: string): string => join(root, 'layers/claims');
/** Who collects says so here, by a file in which there is nothing: its name tells who. */
export const collectorsDirectory = (root: string): string => join(root, 'layers/collectors');

/**
 * Claims the layers of an image before anybody looks for them: what is there then stays. Takes no lock, for every start
 * of a container does this. A collector says first that it is one, and reads the claims then; a claim is written first,
 * and waits then for whoever collects: one of the two sees the other. Throws LAYERS_MISMATCH, NO_SPACE, READ_ONLY,
 * PERMISSION_DENIED, or the signal's reason.
 */
export async function claimLayers(
  root: string,
  image: LayeredImage,
  options: { signal?: AbortSignal } = {},
): Promise<LayerClaim> {
  const ids = layersOf(image).flatMap(({ diffId, chainId }) => [diffId, chainId]);
  return await claimIds(root, ids, options);
}

/** The same for layers by their ids, diff ids or chain ids. Throws as `claimLayers`. */
export async function claimIds(
  root: string,
  ids: readonly Digest[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<LayerClaim> {
  await chooseStorage(root);
  const path = newFile(claimsDirectory(root), JSON.stringify(ids));
  const release = (): void => rmSync(path, { force: true });
  try {
    while (livingIn(collectorsDirectory(root)).length > 0) {
      await sleep(PAUSE_MS, undefined, signal === undefined ? {} : { signal });
    }
  } catch (error) {
    release();
    throw signal?.aborted === true ? signal.reason : error;
  }
  return { release, [Symbol.dispose]: release };
}

/** What is claimed now. Claims of the dead count no more. */
export function claimedLayers(root: string): ClaimedLayers {
  const directory = claimsDirectory(root);
  const ids = new Set<Digest>();
  let isUnfinished = false;
  for (const name of livingIn(directory)) {
    const claimed = readClaim(join(directory, name));
    if (claimed === 'unfinished') isUnfinished = true;
    else for (const id of claimed) ids.add(id);
  }
  return { ids, isUnfinished };
}

/** Removes what dead processes left of claims and collections. */
export async function sweepClaims(root: string): Promise<void> {
  await sweepTemporaries(claimsDirectory(root));
  await sweepTemporaries(collectorsDirectory(root));
}

/** A new file that tells by its name who made it. Throws NO_SPACE, READ_ONLY, PERMISSION_DENIED. */
export function newFile(directory: string, content: string): string {
  const path = temporaryName(join(directory, 'x'));
  try {
    writeOrMake(path, directory, content);
    return path;
  } catch (error) {
    rmSync(path, { force: true });
    throw explainSystemError(error, path);
  }
}

function writeOrMake(path: string, directory: string, content: string): void {
  const options = { flag: 'wx', mode: 0o600 };
  try {
    writeFileSync(path, content, options);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(path, content, options);
  }
}

function livingIn(directory: string): string[] {
  return namesIn(directory).filter((name) => {
    const owner = temporaryOwner(name);
    return owner !== undefined && isAlive(owner);
  });
}

function readClaim(path: string): readonly Digest[] | 'unfinished' {
  try {
    const ids: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(ids) && ids.every(isDigest) ? ids : 'unfinished';
  } catch (error) {
    // Released meanwhile: what it was for is done, or can be found elsewhere by now.
    if (errnoOf(error) === 'ENOENT') return [];
    if (error instanceof SyntaxError) return 'unfinished';
    throw error;
  }
}
