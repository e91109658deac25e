import { walkTree } from '@ctrkit/syscalls';
import type { WalkEntry } from '@ctrkit/syscalls';
import type { OnEvent } from '../events.ts';
import { FirstNames } from '../pack/first-names.ts';
import { writtenEntry } from '../pack/written-entries.ts';
import { RootfsError } from '../rootfs-error.ts';
import type { Tree } from '../tree.ts';
import type { CopyRecord } from './copy-record.ts';
import { explainCopy } from './explain-copy.ts';

export interface WalkCopiedOptions {
  /** Where it is in the tree: without a slash at its ends; `.` is the root. */
  readonly path: string;
  /** Whether links of the path are followed: `parents`: but for the last; none leads out of the tree. */
  readonly follow: boolean | 'parents';
  /** What its entry is called, `.` for only what is in it; what is in it comes below. */
  readonly name: string;
  /** The directory that it is copied into, be it one of these. @default no file of the tree is written to */
  readonly into?: Pick<WalkEntry, 'device' | 'inode'> | undefined;
  readonly onEvent?: OnEvent | undefined;
  readonly signal?: AbortSignal | undefined;
}

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

/** Gives what was found below one path the names that it has below another. */
function renamer(path: string, name: string): (found: Buffer) => string {
  const prefix = path === '.' ? 0 : Buffer.byteLength(path) + 1;
  const above = name === '.' ? './' : `${latin1(name)}/`;
  return (found) => {
    const isTop = found.length < prefix || found.equals(Buffer.from('.'));
    return isTop ? latin1(name) : above + found.toString('latin1', prefix);
  };
}

// Without this it would be copied until no disk and no name is long enough.
function checkOutside(entry: WalkEntry, into: WalkCopiedOptions['into']): void {
  if (entry.inode !== into?.inode || entry.device !== into.device) return;
  const path = `/${entry.path.toString().replace(/^\.$/, '')}`;
  const text = `cannot copy a directory into itself: it is copied to ${JSON.stringify(path)}, which is in it`;
  throw new RootfsError('COPY_REFUSED', text, { path });
}

const isSocket = (entry: WalkEntry): boolean => entry.type === 'socket';

/**
 * Everything at and below a path of a tree, also what is mounted there. A FIFO or a device is not opened, a socket left
 * out with an event. Throws COPY_REFUSED where it comes to the directory that it is copied into, COPY_FAILED, NO_USER_NAMESPACES, the reason of `signal`.
 */
export async function* walkCopied(
  tree: Tree,
  { path, follow, name, into, onEvent, signal }: WalkCopiedOptions,
): AsyncGenerator<CopyRecord> {
  const nameOf = renamer(path, name);
  const names = new FirstNames();
  const selection = { path, follow, contents: Number.MAX_SAFE_INTEGER, mounts: true } as const;
  let isLeftOut = false;
  try {
    for await (const record of walkTree(tree, selection, signal === undefined ? {} : { signal })) {
      if (record.kind === 'entry') {
        checkOutside(record, into);
        const renamed = nameOf(record.path);
        isLeftOut = isSocket(record);
        if (record.type === 'socket') onEvent?.({ type: 'dropped', path: renamed, what: 'socket' });
        else yield entryOf({ ...record, type: record.type }, renamed, names);
      } else if (!isLeftOut) yield record;
    }
  } catch (error) {
    throw explainCopy(error);
  }
}

function entryOf(
  entry: WalkEntry & { readonly type: Exclude<WalkEntry['type'], 'socket'> },
  renamed: string,
  names: FirstNames,
): CopyRecord {
  const path = Buffer.from(renamed, 'latin1');
  const written = writtenEntry({ ...entry, path }, names.of(entry, renamed));
  return { kind: 'entry', ...written };
}
