import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sweepTemporaries, temporaryName } from '@ctrkit/durable';
import { cloneFlags, rootOverlayOperation, runPlan, SyscallsError } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { choosePrivilege } from './privilege.ts';
import { removeTree } from './remove-tree.ts';

/**
 * Whether overlays can be made of what is in a directory: tried with all that they need. Undefined where that cannot be told, for another
 * reason. Throws the system's errors.
 */
export async function tryOverlay(directory: string): Promise<boolean | undefined> {
  await sweepTemporaries(directory, removeTree);
  const place = temporaryName(join(directory, 'trial'));
  try {
    for (const name of ['lower', 'upper', 'work']) {
      await mkdir(join(place, name), { recursive: true, mode: 0o700 });
    }
    return await isCarriedOut(trial(place));
  } finally {
    await removeTree(place);
  }
}

const owned = { mode: 0o755, uid: 0, gid: 0, xattrs: [] };

/** Marks in a layer, and an upper directory that is written to. */
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
async function isCarriedOut(plan: readonly Operation[]): Promise<boolean | undefined> {
  try {
    await runPlan('tree', plan);
    return true;
  } catch (error) {
    const { operation = '', errno = '' } = (error instanceof SyscallsError && error.failure) || {};
    const isAbout = /^(?:mark-opaque|make-|root-overlay)/.test(operation);
    return isAbout && !['ENOSPC', 'EDQUOT', 'EIO', 'ENOMEM'].includes(errno) ? false : undefined;
  }
}
