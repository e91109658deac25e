import { runPlan, walkTree } from '@ctrkit/syscalls';
import type { Operation, WalkEntry } from '@ctrkit/syscalls';
import { copiedMetadata } from './copied-metadata.ts';
import { explain } from './layer/plan-stream.ts';
import { timeOf } from './pack/written-entries.ts';
import { choosePrivilege } from './privilege.ts';
import { directoryTree } from './tree.ts';

/** Two directories in one of ours that nobody else may write to. */
export interface MoveOptions {
  readonly from: string;
  readonly to: string;
}

async function entriesIn(tree: readonly Operation[], path: string): Promise<WalkEntry[]> {
  const entries: WalkEntry[] = [];
  for await (const record of walkTree(tree, { path, depth: 1 })) {
    if (record.kind === 'entry') entries.push(record);
  }
  return entries;
}

const nameOf = ({ path }: WalkEntry, parent: string): Buffer =>
  path.subarray(Buffer.byteLength(parent) + 1);

/**
 * Moves what is in one directory into another, gives that the metadata of the first, and removes the first. What has a name
 * that is taken goes. Killed in the middle, it can be done again. Throws UNPACK_FAILED, NO_USER_NAMESPACES.
 */
export async function moveContents(directory: string, { from, to }: MoveOptions): Promise<void> {
  const privilege = choosePrivilege();
  const tree = directoryTree(directory);
  try {
    const [source, ...entries] = await entriesIn(tree, from);
    const [, ...present] = await entriesIn(tree, to);
    if (source === undefined) return;
    const taken = new Set(present.map((entry) => nameOf(entry, to).toString('latin1')));
    const moved = entries.map((entry) => nameOf(entry, from)).filter((name) => !taken.has(name.toString('latin1'))); // prettier-ignore
    await runPlan('tree', [
      ...tree,
      ...moved.map((name): Operation => ({ op: 'rename', from: inside(from, name), to: inside(to, name) })), // prettier-ignore
      { op: 'make-directory', path: to, ...copiedMetadata(source, privilege) },
      { op: 'directory-times', path: to, ...timeOf(source) },
      { op: 'sync' },
      { op: 'remove', path: from },
    ]);
  } catch (error) {
    throw explain(error);
  }
}

const inside = (directory: string, name: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${directory}/`), name]);
