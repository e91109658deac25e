import { randomBytes } from 'node:crypto';
import { linksAnonymousFiles } from '@ctrkit/syscalls';
import type { Operation, WalkData } from '@ctrkit/syscalls';
import type { OnEvent } from '../events.ts';
import { bytesOf, makeDirectory, makeNode, makeSymlink, modifiedOf, ownedOf } from '../layer/entry-operations.ts'; // prettier-ignore
import type { Made } from '../layer/entry-operations.ts';
import { isKeptAttribute } from '../layer/kept-attribute.ts';
import type { OperationSink } from '../layer/operation-sink.ts';
import { PlanStream } from '../layer/plan-stream.ts';
import { parentOf } from '../pack/paths.ts';
import { choosePrivilege, ownerOf } from '../privilege.ts';
import type { Tree } from '../tree.ts';
import type { CopiedEntry, CopyRecord } from './copy-record.ts';
import { explainCopy } from './explain-copy.ts';

/** Who owns what is copied: whom its entry names, whoever copies it, or one user and group for all. */
export type CopyOwner = 'kept' | 'copier' | { readonly uid: number; readonly gid: number };

export interface MergeOptions {
  /** The directory of the tree that it goes into, and which is there; absolute in the tree. */
  readonly directory: string;
  /** Whether links of the tree are followed, inside it. Not where the tree is the host's: the entries could lead by them. */
  readonly follow: boolean;
  readonly owner: CopyOwner;
  readonly onEvent?: OnEvent | undefined;
  readonly signal?: AbortSignal | undefined;
}

// As chown(2) leaves an owner as it is.
const UNCHANGED = 0xffffffff;

const joined = (directory: string, path: string): string =>
  [directory, path].filter((part) => part !== '' && part !== '.').join('/') || '.';

/** Turns what is copied into operations. */
class Merger {
  readonly #plan: OperationSink;
  readonly #options: MergeOptions;
  readonly #privilege = choosePrivilege();
  readonly #directory: string;
  readonly #times: [path: string, entry: CopiedEntry][] = [];
  readonly #anonymous = Number(linksAnonymousFiles());
  readonly #known = new Set<string>(['', '.']);
  /** No file of anybody's is called so. */
  readonly #aside = `.ctr-copy-${randomBytes(12).toString('hex')}`;
  #file: Made | undefined;
  #written = 0;

  constructor(plan: OperationSink, options: MergeOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#directory = Buffer.from(options.directory).toString('latin1').replace(/^\/+|\/+$/g, ''); // prettier-ignore
  }

  entry(entry: CopiedEntry): void {
    this.close();
    const name = entry.path.replace(/\/+$/, '').replace(/^\.\//, '');
    // The directory itself is there, and stays as it is.
    if (name === '.' || name === '') return;
    this.#imply(parentOf(name));
    const made = this.#made(entry, joined(this.#directory, name));
    if (entry.type === 'directory') {
      this.#known.add(name);
      this.#times.push([name, entry]);
      this.#plan.add(makeDirectory(made));
    } else if (entry.type === 'file') this.#begin(made);
    else this.#other(made);
  }

  data({ offset, content }: WalkData): void {
    if (this.#file === undefined) return;
    const size = this.#file.entry.size;
    // What a file has grown by while it is read is not in its entry.
    const most = Math.max(0, Math.min(content.length, size - offset));
    if (offset < this.#written || most === 0) return;
    if (offset > this.#written) this.#plan.add({ op: 'hole', length: BigInt(offset - this.#written) }); // prettier-ignore
    this.#plan.addContent({ op: 'data', content: content.subarray(0, most) });
    this.#written = offset + most;
  }

  close(): void {
    const file = this.#file;
    if (file === undefined) return;
    const size = BigInt(file.entry.size);
    this.#plan.add({ op: 'close-file', size, ...ownedOf(file), ...modifiedOf(file.entry) });
    this.#file = undefined;
  }

  finish(): void {
    this.close();
    for (const [name, { seconds, nanoseconds }] of this.#times) {
      const path = bytesOf(joined(this.#directory, name));
      this.#plan.add({ op: 'directory-times', path, seconds, nanoseconds });
    }
  }

  #begin(made: Made): void {
    const { path } = made;
    this.#plan.add({ op: 'replace-file', path, aside: this.#aside, anonymous: this.#anonymous });
    this.#file = made;
    this.#written = 0;
  }

  #other(made: Made): void {
    const { entry, path } = made;
    const isDevice = entry.type === 'character' || entry.type === 'block';
    if (entry.type === 'symlink') this.#plan.add(makeSymlink(made));
    else if (entry.type === 'hardlink') this.#plan.add(this.#hardlink(path, entry.target));
    else if (isDevice && !this.#privilege.devices) {
      this.#options.onEvent?.({ type: 'dropped', path: entry.path, what: 'device' });
    } else this.#plan.add(makeNode(made));
  }

  #hardlink(path: Buffer, target: string): Operation {
    const name = target.replace(/^\.\//, '');
    return { op: 'make-hardlink', path, target: bytesOf(joined(this.#directory, name)) };
  }

  // Archives may leave out the directories that their entries are in.
  #imply(parent: string): void {
    if (this.#known.has(parent)) return;
    this.#known.add(parent);
    const path = bytesOf(joined(this.#directory, parent));
    this.#plan.add({ op: 'directory', path, mode: 0o755 });
  }

  #made(entry: CopiedEntry, path: string): Made {
    const { uid, gid } = this.#owner(entry);
    const kept = [...entry.xattrs].filter(([name]) => isKeptAttribute(name, entry.type));
    const xattrs = kept.flatMap(([name, value]) => [bytesOf(name), value]);
    return { path: bytesOf(path), entry: { ...entry, stored: 0 }, uid, gid, xattrs };
  }

  #owner({ uid, gid, path }: CopiedEntry): { uid: number; gid: number } {
    const { owner } = this.#options;
    if (owner === 'copier' || this.#privilege.owners === 'root')
      return { uid: UNCHANGED, gid: UNCHANGED };
    return ownerOf(this.#privilege, { path, ...(owner === 'kept' ? { uid, gid } : owner) });
  }
}

/**
 * Makes what is copied in a directory of a tree: what is there is merged with it, a file is replaced as a whole, and only
 * by what is no directory. Nothing outside the tree is touched, whatever the entries and the tree are meanwhile. After an
 * error some of it is there, each file whole. Throws COPY_REFUSED, READ_ONLY, COPY_FAILED, NO_SPACE, NO_USER_NAMESPACES,
 * and what the records throw.
 */
export async function mergeCopied(
  records: AsyncIterable<CopyRecord>,
  tree: Tree,
  options: MergeOptions,
): Promise<void> {
  const merge = { op: 'merge', follow: Number(options.follow) } as const;
  const plan = new PlanStream([...tree, merge], (error) => explainCopy(error, options.directory));
  try {
    const merger = new Merger(plan, options);
    for await (const record of records) {
      options.signal?.throwIfAborted();
      if (record.kind === 'entry') merger.entry(record);
      else merger.data(record);
      await plan.flow();
    }
    merger.finish();
    await plan.finish();
  } catch (error) {
    await plan.abandon();
    throw error;
  }
}
