import type { Operation, WalkEntry } from '@ctrkit/syscalls';
import { PlanStream } from './layer/plan-stream.ts';
import { isOpaque, isWhiteout } from './pack/overlay-marks.ts';
import { treeEntries } from './pack/upper-entries.ts';
import { timeOf } from './pack/written-entries.ts';
import { choosePrivilege } from './privilege.ts';
import type { Privilege } from './privilege.ts';
import { directoryTree } from './tree.ts';

/**
 * Copies an upper directory, marks included, into an empty one of the same file system; contents are shared there where it can do that. Whoever writes to
 * the first one meanwhile may be seen in part. `isSynced`: it is on the disk when this returns. Throws UNPACK_FAILED, NO_SPACE,
 * NO_USER_NAMESPACES.
 */
export async function copyUpper(
  from: string,
  to: string,
  { isSynced = false }: { readonly isSynced?: boolean } = {},
): Promise<void> {
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
    if (isSynced && entries.length > 1) plan.add({ op: 'sync' });
    await plan.finish();
  } catch (error) {
    await plan.abandon();
    throw error;
  }
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
