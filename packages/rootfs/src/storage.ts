import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, explainSystemError, temporaryName, writeFileAtomic } from '@ctrkit/durable';
import { cloneFlags, rootOverlayOperation, runPlan, SyscallsError } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { choosePrivilege } from './privilege.ts';
import { removeTree } from './remove-tree.ts';

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
  const known = chosen.get(root) ?? readChoice(root) ?? (await tryOverlay(root));
  chosen.set(root, known);
  return known;
}

async function tryOverlay(root: string): Promise<Storage> {
  const place = temporaryName(join(root, 'layers/trial'));
  try {
    for (const name of ['lower', 'upper', 'work']) {
      await mkdir(join(place, name), { recursive: true, mode: 0o700 });
    }
    const failure = await failureOf(trial(place));
    const storage = failure === undefined ? 'overlay' : 'copy';
    if (failure === 'unclear') return 'overlay';
    await writeFileAtomic(markOf(root), `${storage}\n`, { mode: 0o600 });
    return storage;
  } catch (error) {
    throw explainSystemError(error, place);
  } finally {
    await removeTree(place);
  }
}

const owned = { mode: 0o755, uid: 0, gid: 0, xattrs: [] };

/** All that overlays need of a file system: marks in a layer, and an upper directory that is written to. */
function trial(place: string): Operation[] {
  const { before, overlayOptions, opaqueAttribute } = choosePrivilege();
  return [
    ...before,
    { op: 'root', path: join(place, 'lower') },
    { op: 'make-directory', path: 'directory', ...owned },
    { op: 'mark-opaque', path: 'directory', attribute: opaqueAttribute },
    { op: 'make-whiteout', path: 'gone' },
    { op: 'unshare', flags: cloneFlags.mount },
    { op: 'private-mounts' },
    {
      op: rootOverlayOperation(),
      lowers: [join(place, 'lower')],
      upper: join(place, 'upper'),
      work: join(place, 'work'),
      options: overlayOptions,
      attributes: 0,
    },
    { op: 'attach-root' },
    { op: 'make-directory', path: 'written', ...owned },
  ];
}

// What has nothing to do with overlays says nothing about them, and whoever needs it will say it.
async function failureOf(plan: readonly Operation[]): Promise<'refused' | 'unclear' | undefined> {
  try {
    await runPlan('tree', plan);
    return undefined;
  } catch (error) {
    const { operation = '', errno = '' } = (error instanceof SyscallsError && error.failure) || {};
    const isTold = operation !== '' && !['ENOSPC', 'EDQUOT', 'EIO', 'ENOMEM'].includes(errno);
    const isAbout = /^(?:mark-opaque|make-|root-overlay)/.test(operation);
    return isTold && isAbout ? 'refused' : 'unclear';
  }
}
