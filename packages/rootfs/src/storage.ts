import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, explainSystemError, writeFileAtomic } from '@ctrkit/durable';

/**
 * How root file systems are put together: each layer once, and an overlay of them for each container; or, where there is no overlayfs
 * or it takes no directory of this file system, all layers of an image together and a copy of that for each container.
 */
export type Storage = 'overlay' | 'copy';

const chosen = new Map<string, Storage>();

const markOf = (root: string): string => join(root, 'layers/storage');

function readChoice(root: string): Storage | undefined {
  try {
    return readFileSync(markOf(root), 'utf8').trim() === 'copy' ? 'copy' : 'overlay';
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw explainSystemError(error, markOf(root));
  }
}

/** What was chosen for what is kept there; where nothing is kept yet, an overlay. */
export function storageOf(root: string): Storage {
  const known = chosen.get(root) ?? readChoice(root);
  if (known !== undefined) chosen.set(root, known);
  return known ?? 'overlay';
}

/** Chooses once and for all, by trying. Throws READ_ONLY, PERMISSION_DENIED, NO_SPACE. */
export async function chooseStorage(root: string): Promise<Storage> {
  const known = chosen.get(root) ?? readChoice(root) ?? (await choose(root));
  chosen.set(root, known);
  return known;
}

async function choose(root: string): Promise<Storage> {
  try {
    const { tryOverlay } = await import('./try-overlay.ts');
    const isPossible = await tryOverlay(join(root, 'layers'));
    const storage = isPossible === false ? 'copy' : 'overlay';
    if (isPossible !== undefined) await writeFileAtomic(markOf(root), `${storage}\n`, { mode: 0o600 }); // prettier-ignore
    return storage;
  } catch (error) {
    throw explainSystemError(error, markOf(root));
  }
}
