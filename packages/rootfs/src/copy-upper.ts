import type { Operation, WalkEntry } from '@ctrkit/syscalls';
import { PlanStream } from './layer/plan-stream.ts';
import { isOpaque, isWhiteout } from './pack/overlay-marks.ts';
import { treeEntries } from './pack/upper-entries.ts';
import { timeOf } from './pack/written-entries.ts';
import { choosePrivilege } from './privilege.ts';
import type { Privilege } from './privilege.ts';
import { directoryTree } from './tree.ts';

/**
 * Copies an upper directory, marks included, into an empty one of the same file system; contents are shared there where it can do that. What
 * is written to the first one meanwhile may be seen in part. Throws UNPACK_FAILED, NO_SPACE, NO_USER_NAMESPACES.
 */
export async function copyUpper(from: string, to: string): Promise<void> {
  const privilege = choosePrivilege();
  const entries = [...(await treeEntries(directoryTree(from), [{}], undefined)).values()];
  const plan = new PlanStream([
    ...privilege.before,
    { op: 'root', path: to },
    { op: 'lower', path: from },
  ]);
  try {
    for (const operation of copied(entries, privilege)) {
      plan.add(operation);
      await plan.flow();
    }
    await plan.finish();
  } catch (error) {
    await plan.abandon();
    throw error;
  }
}

/** Waits until the file system of a directory is on its disk. Throws UNPACK_FAILED, NO_SPACE. */
export async function syncFiles(directory: string): Promise<void> {
  const plan = new PlanStream([{ op: 'root', path: directory }, { op: 'sync' }]);
  await plan.finish();
}

function* copied(entries: readonly WalkEntry[], privilege: Privilege): Generator<Operation> {
  const names = new Map<string, Buffer>();
  const opaque = privilege.opaqueAttribute;
  for (const entry of entries) {
    const { path, type, device, inode } = entry;
    const file = `${device}:${inode}`;
    const target = names.get(file);
    if (isWhiteout(entry)) yield { op: 'make-whiteout', path };
    else if (type === 'directory') {
      if (path.toString() !== '.') yield { op: 'imply-directory', path };
      yield { op: 'adopt', path, opaque, required: 0 };
      if (isOpaque(entry)) yield { op: 'mark-opaque', path, attribute: opaque };
    } else if (target === undefined) {
      names.set(file, path);
      yield { op: 'adopt', path, opaque, required: 1 };
    } else yield { op: 'make-hardlink', path, target };
  }
  for (const { type, path, modified } of entries) {
    if (type === 'directory') yield { op: 'directory-times', path, ...timeOf({ modified }) };
  }
}
