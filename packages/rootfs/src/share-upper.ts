import { createHash, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, dirname, relative } from 'node:path';
import { errnoOf, explainSystemError, syncDirectory, temporaryName } from '@ctrkit/durable';
import { parseDigest } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import type { Operation, WalkEntry } from '@ctrkit/syscalls';
import { filesOf, SYNCED } from './find-layer.ts';
import { claimIds } from './layer-claims.ts';
import type { LayerClaim } from './layer-claims.ts';
import { beginLayer, commitLayer } from './layer-store.ts';
import { PlanStream } from './layer/plan-stream.ts';
import { isOpaque } from './pack/overlay-marks.ts';
import { bytesOf, treeEntries } from './pack/upper-entries.ts';
import { timeOf } from './pack/written-entries.ts';
import { choosePrivilege } from './privilege.ts';
import type { Privilege } from './privilege.ts';
import { removeTree } from './remove-tree.ts';
import { directoryTree } from './tree.ts';
import { ownAttributes } from './upper-attributes.ts';

/** A layer that holds what a container changed, for others to stand on. */
export interface SharedUpper {
  readonly id: Digest;
  /** Its files: a lower directory of an overlay. */
  readonly directory: string;
  /** Keeps it until it is released, or for as long as this process lives. */
  readonly claim: LayerClaim;
}

/**
 * Makes a layer of the upper directory of an overlay at rest: exactly what is in it, marks and sockets included, under an id of its own,
 * for nobody has its bytes. Its files are those of the upper directory by other names, so that it takes no room and no time for their
 * contents; it is on the disk when this returns. Undefined where the upper directory is empty.
 *
 * The upper directory is as it was. Before anybody else stands on the layer, its container must stand on it too, and then the upper
 * directory be emptied (`emptyUpper`): at each moment between, the container sees the same, and what it would write to a file that
 * the layer has too, the layer shows to nobody. Throws UNPACK_FAILED, NO_SPACE, NO_USER_NAMESPACES, READ_ONLY, PERMISSION_DENIED.
 */
export async function shareUpper({
  root,
  upper,
}: {
  /** Where everything is kept: the layer goes to `layers/` in it. */
  readonly root: string;
  /** Below it, on the same file system. */
  readonly upper: string;
}): Promise<SharedUpper | undefined> {
  if (await isEmpty(upper)) return undefined;
  const entries = await treeEntries(directoryTree(upper), [{}], undefined);
  const id = parseDigest(`sha256:${createHash('sha256').update(randomUUID()).digest('hex')}`);
  const temporary = await beginLayer(root, id);
  const claim = await claimIds(root, [id]);
  try {
    await carryOut(root, { upper, temporary }, [...entries.values()]);
    const record = { opaque: false, size: bytesOf(entries) };
    const path = await commitLayer(root, temporary, id, record, { sync: true });
    await syncDirectory(dirname(path));
    return { id, directory: filesOf(path), claim };
  } catch (error) {
    claim.release();
    await removeTree(temporary);
    throw explainSystemError(error, upper);
  }
}

// Of many forks only the first one has something to share: the others need not wait for a helper to find that out.
async function isEmpty(upper: string): Promise<boolean> {
  try {
    return (await readdir(upper)).length === 0;
  } catch (error) {
    // A directory of the user's own user namespace, which only its root may read.
    if (errnoOf(error) !== 'EACCES') throw explainSystemError(error, upper);
    return (await treeEntries(directoryTree(upper), [{}], undefined)).size <= 1;
  }
}

async function carryOut(
  root: string,
  { upper, temporary }: { readonly upper: string; readonly temporary: string },
  entries: readonly WalkEntry[],
): Promise<void> {
  const privilege = choosePrivilege();
  const [from, to] = [relative(root, upper), relative(root, filesOf(temporary))];
  const plan = new PlanStream([...privilege.before, { op: 'root', path: root }]);
  try {
    for (const entry of entries) {
      for (const operation of sameAt(entry, { from, to }, privilege)) plan.add(operation);
      await plan.flow();
    }
    for (const { type, path, modified } of entries) {
      if (type !== 'directory') continue;
      plan.add({ op: 'directory-times', path: below(to, path), ...timeOf({ modified }) });
    }
    plan.add({ op: 'sync' });
    const mark = { mode: 0o600, uid: 0, gid: 0, xattrs: [], seconds: 0, nanoseconds: 0 };
    const path = `${relative(root, temporary)}/${SYNCED}`;
    plan.add({ op: 'make-file', path, ...mark, content: Buffer.alloc(0) });
    await plan.finish();
  } catch (error) {
    await plan.abandon();
    throw error;
  }
}

function* sameAt(
  entry: WalkEntry,
  { from, to }: { readonly from: string; readonly to: string },
  { opaqueAttribute }: Privilege,
): Generator<Operation> {
  const path = below(to, entry.path);
  if (entry.type !== 'directory') {
    yield { op: 'make-hardlink', path, target: below(from, entry.path) };
    return;
  }
  const { mode, uid, gid } = entry;
  yield { op: 'make-directory', path, mode, uid, gid, xattrs: ownAttributes(entry) };
  if (isOpaque(entry)) yield { op: 'mark-opaque', path, attribute: opaqueAttribute };
}

const below = (directory: string, path: Buffer): Buffer =>
  Buffer.from(
    path.toString() === '.' ? directory : `${directory}/${path.toString('latin1')}`,
    'latin1',
  );

/**
 * Removes all that is in an upper directory, whose overlay is mounted nowhere. Each of its names goes in one step with all below it, so that
 * never is half of a directory there that hides what the layers have in it. What is killed leaves the rest beside the upper
 * directory, under a temporary name. Throws UNPACK_FAILED, NO_SPACE, NO_USER_NAMESPACES.
 */
export async function emptyUpper(upper: string): Promise<void> {
  const entries = await treeEntries(directoryTree(upper), [{ depth: 1, xattrs: false }], undefined);
  const [from, to] = [basename(upper), basename(temporaryName(upper))];
  const own = { mode: 0o700, uid: 0, gid: 0, xattrs: [] };
  const plan = new PlanStream([
    ...choosePrivilege().before,
    { op: 'root', path: dirname(upper) },
    { op: 'make-directory', path: to, ...own },
  ]);
  try {
    for (const { path } of entries.values()) {
      if (path.toString() === '.') continue;
      plan.add({ op: 'rename', from: below(from, path), to: below(to, path) });
      await plan.flow();
    }
    plan.add({ op: 'remove', path: to });
    await plan.finish();
  } catch (error) {
    await plan.abandon();
    throw error;
  }
}
