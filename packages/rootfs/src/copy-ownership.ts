import { chmodSync, chownSync, statSync } from 'node:fs';
import { runPlan, walkTree } from '@ctrkit/syscalls';
import { choosePrivilege } from './privilege.ts';
import { directoryTree } from './tree.ts';

/** Gives a directory the owner and the mode of another. Throws the system's errors, SyscallsError. */
export async function copyOwnership(from: string, to: string): Promise<void> {
  const { owners } = choosePrivilege();
  const [{ mode, uid, gid }, present] = [statSync(from), statSync(to)];
  const isSame = present.uid === uid && present.gid === gid;
  if (owners !== 'all' && owners !== 'root' && !isSame) return await copyMapped(from, to);
  if (owners === 'all') chownSync(to, uid, gid);
  chmodSync(to, mode & 0o7777);
}

// Of subordinate ids only the root of their user namespace disposes.
async function copyMapped(from: string, to: string): Promise<void> {
  for await (const entry of walkTree(directoryTree(from), { depth: 0, xattrs: false })) {
    if (entry.kind !== 'entry') continue;
    const { mode, uid, gid } = entry;
    await runPlan('tree', [
      ...directoryTree(to),
      { op: 'make-directory', path: '.', mode, uid, gid, xattrs: [] },
    ]);
  }
}
