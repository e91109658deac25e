import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, explainSystemError, namesIn, writeFileAtomic } from '@ctrkit/durable';
import type { Layout } from '@ctrkit/layout';
import { digestHex, isDigest } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { parseCachedStep } from './cached-step.ts';
import type { CachedStep } from './cached-step.ts';

// A file a step, named by its key: who reads takes no lock, and who writes replaces what is the same.
const SUFFIX = '.json';

const stepsDirectory = (layout: Layout): string => join(layout.directory, 'build-cache/steps');
const stepPath = (layout: Layout, key: Digest): string =>
  join(stepsDirectory(layout), `${digestHex(key)}${SUFFIX}`);

/** What is cached under a key; undefined where there is nothing, or what cannot be read. */
export function readCachedStep(layout: Layout, key: Digest): CachedStep | undefined {
  const path = stepPath(layout, key);
  try {
    return parseCachedStep(readFileSync(path), key);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw explainSystemError(error, path);
  }
}

/**
 * Keeps what a step made. Its layer is kept from garbage collection from then on. Not synced: a step that a power failure
 * takes is made again. Throws NO_SPACE, READ_ONLY, PERMISSION_DENIED.
 */
export async function writeCachedStep(layout: Layout, step: CachedStep): Promise<void> {
  const path = stepPath(layout, step.key);
  if (!existsSync(stepsDirectory(layout))) {
    try {
      mkdirSync(stepsDirectory(layout), { recursive: true, mode: 0o700 });
    } catch (error) {
      throw explainSystemError(error, path);
    }
  }
  await writeFileAtomic(path, JSON.stringify(step), { sync: false });
}

/** Says that a step was used now. */
export function touchCachedStep(layout: Layout, key: Digest): void {
  const now = new Date();
  try {
    utimesSync(stepPath(layout, key), now, now);
  } catch {
    // Pruned meanwhile, or on a disk that is only read: what is used stays usable.
  }
}

/** Takes a step out of the cache; what it made is garbage unless an image has it. */
export function removeCachedStep(layout: Layout, key: Digest): void {
  const path = stepPath(layout, key);
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw explainSystemError(error, path);
  }
}

/** How many steps are cached. */
export const countCachedSteps = (layout: Layout): number => namesIn(stepsDirectory(layout)).length;

/** All steps that are cached, in no order. */
export function listCachedSteps(layout: Layout): (CachedStep & { readonly lastUsed: Date })[] {
  return namesIn(stepsDirectory(layout)).flatMap((name) => {
    const key = `sha256:${name.slice(0, -SUFFIX.length)}`;
    const step = isDigest(key) ? readCachedStep(layout, key) : undefined;
    return step === undefined ? [] : [{ ...step, lastUsed: lastUsed(layout, step.key) }];
  });
}

function lastUsed(layout: Layout, key: Digest): Date {
  return statSync(stepPath(layout, key), { throwIfNoEntry: false })?.mtime ?? new Date(0);
}

/** What the steps that are cached need: blobs, and layers by diff id. */
export function cachedContent(layout: Layout): {
  readonly blobs: Digest[];
  readonly layers: Digest[];
} {
  const layers = listCachedSteps(layout).flatMap(({ layer }) =>
    layer === undefined ? [] : [layer],
  );
  return {
    blobs: layers.map(({ descriptor }) => descriptor.digest),
    layers: layers.map(({ diffId }) => diffId),
  };
}
