import { walkTree } from '@ctrkit/syscalls';
import type { Operation, WalkData, WalkEntry, WalkRecord } from '@ctrkit/syscalls';
import { copiedMetadata } from './copied-metadata.ts';
import { explain, PlanStream } from './layer/plan-stream.ts';
import { isWhiteout } from './pack/overlay-marks.ts';
import { timeOf } from './pack/written-entries.ts';
import { choosePrivilege } from './privilege.ts';
import type { Privilege } from './privilege.ts';
import { RootfsError } from './rootfs-error.ts';
import type { Tree } from './tree.ts';

/** Turns the entries of a walk into files beneath a directory. */
class Copier {
  readonly #plan: PlanStream;
  readonly #privilege: Privilege;
  /** What the paths of entries begin with: that of the place where the walk began. */
  readonly #prefix: number;
  readonly #times: Operation[] = [];
  /** The first name of each file that has several, by device and inode. */
  readonly #names = new Map<string, Buffer>();
  #open: WalkEntry | undefined;
  #written = 0;

  /** `prefix`: how long that is; 0 where paths begin at the directory. */
  constructor(plan: PlanStream, privilege: Privilege, prefix: number) {
    this.#plan = plan;
    this.#privilege = privilege;
    this.#prefix = prefix;
  }

  entry(entry: WalkEntry): void {
    this.close();
    const path = this.#pathOf(entry);
    if (entry.type === 'directory') this.#directory(entry, path);
    else if (!this.#isLink(entry, path)) this.#leaf(entry, path);
  }

  #pathOf({ path }: WalkEntry): Buffer {
    if (this.#prefix === 0) return path;
    return path.length === this.#prefix ? Buffer.from('.') : path.subarray(this.#prefix + 1);
  }

  #owned(entry: WalkEntry): ReturnType<typeof copiedMetadata> {
    return copiedMetadata(entry, this.#privilege);
  }

  #directory(entry: WalkEntry, path: Buffer): void {
    this.#plan.add({ op: 'make-directory', path, ...this.#owned(entry) });
    this.#times.push({ op: 'directory-times', path, ...timeOf(entry) });
  }

  #isLink({ type, device, inode, links }: WalkEntry, path: Buffer): boolean {
    // Of a device or a socket there may be no first one.
    if (links < 2 || !['file', 'symlink', 'fifo'].includes(type)) return false;
    const first = this.#names.get(`${device}:${inode}`);
    if (first === undefined) this.#names.set(`${device}:${inode}`, path);
    else this.#plan.add({ op: 'make-hardlink', path, target: first });
    return first !== undefined;
  }

  #leaf(entry: WalkEntry, path: Buffer): void {
    const { mode, uid, gid } = this.#owned(entry);
    const { type, major, minor, target } = entry;
    if (type === 'file') {
      this.#plan.add({ op: 'open-file', path });
      [this.#open, this.#written] = [entry, 0];
    } else if (type === 'symlink') {
      this.#plan.add({ op: 'make-symlink', path, target, uid, gid, ...timeOf(entry) });
    } else if (
      type === 'fifo' ||
      (this.#privilege.devices && type !== 'socket' && !isWhiteout(entry))
    ) {
      const node = { character: S_IFCHR, block: S_IFBLK, fifo: S_IFIFO }[type as 'fifo'];
      this.#plan.add({ op: 'make-node', path, type: node, major, minor, mode, uid, gid, ...timeOf(entry) }); // prettier-ignore
    }
  }

  /** A piece of the last entry's contents; before it and between pieces are holes. */
  data({ offset, content }: WalkData): void {
    // Of a link the contents were there with its first name.
    if (this.#open === undefined) return;
    if (offset > this.#written)
      this.#plan.add({ op: 'hole', length: BigInt(offset - this.#written) });
    this.#plan.addContent({ op: 'data', content });
    this.#written = offset + content.length;
  }

  close(): void {
    if (this.#open === undefined) return;
    const size = BigInt(Math.max(this.#open.size, this.#written));
    this.#plan.add({ op: 'close-file', size, ...this.#owned(this.#open), ...timeOf(this.#open) });
    this.#open = undefined;
  }

  /** Of directories the times come last. */
  async finish(): Promise<void> {
    this.close();
    for (const operation of this.#times) {
      this.#plan.add(operation);
      await this.#plan.flow();
    }
  }
}

const S_IFIFO = 0o010000;
const S_IFCHR = 0o020000;
const S_IFBLK = 0o060000;

/**
 * Makes entries beneath an empty directory of the host, each directory before what is in it, their contents after them: with
 * holes, owners, modes, times, extended attributes and hard links; `.` is the directory itself. When this ends, all is on the disk,
 * unless `sync` is false. Throws NO_SPACE, UNPACK_FAILED, NO_USER_NAMESPACES and what the records throw.
 */
export async function copyEntries(
  records: AsyncIterable<WalkRecord>,
  directory: string,
  { sync = true, prefix = 0 }: { readonly sync?: boolean; readonly prefix?: number } = {},
): Promise<void> {
  const privilege = choosePrivilege();
  const plan = new PlanStream([...privilege.before, { op: 'root', path: directory }]);
  const copier = new Copier(plan, privilege, prefix);
  try {
    for await (const record of records) {
      if (record.kind === 'data') copier.data(record);
      else copier.entry(record);
      await plan.flow();
    }
    await copier.finish();
    if (sync) plan.add({ op: 'sync' });
    await plan.finish();
  } catch (error) {
    await plan.abandon();
    throw explain(error);
  }
}

/**
 * Copies a directory of a tree, with all in it, into an empty directory of the host, as `copyEntries` does. Links in the path of
 * the directory are followed, inside the tree. False where there is nothing at that path. Throws NOT_A_DIRECTORY, NO_SPACE, UNPACK_FAILED,
 * NO_USER_NAMESPACES, the reason of `signal`.
 */
export async function copyTree(
  tree: Tree,
  path: string,
  directory: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<boolean> {
  const start = path.replace(/^\/+/, '');
  const selection = {
    path: start,
    contents: Number.MAX_SAFE_INTEGER,
    follow: true,
    optional: true,
  };
  let found = false;
  async function* checked(): AsyncGenerator<WalkRecord> {
    for await (const record of walkTree(tree, selection, options)) {
      if (!found && record.kind === 'entry' && record.type !== 'directory')
        throw notADirectory(path);
      found = true;
      yield record;
    }
  }
  await copyEntries(checked(), directory, { prefix: Buffer.byteLength(start) });
  return found;
}

const notADirectory = (path: string): RootfsError =>
  new RootfsError('NOT_A_DIRECTORY', `source ${path} is not directory`, { path });
