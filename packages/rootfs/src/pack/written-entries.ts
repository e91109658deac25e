import type { WalkEntry } from '@ctrkit/syscalls';
import { isKeptAttribute } from '../layer/kept-attribute.ts';
import { OPAQUE, WHITEOUT } from '../layer/names.ts';
import type { WrittenEntry } from '../tar/write-header.ts';
import type { TarEntryType } from '../tar/entry.ts';

const NANOSECONDS = 1_000_000_000n;

const latin1 = (bytes: Buffer): string => bytes.toString('latin1');
const pathOf = ({ path, type }: WalkEntry): string =>
  type === 'directory' ? `${latin1(path)}/` : latin1(path);

/** Seconds rounded down, and nanoseconds beyond. */
export function timeOf({
  modified,
}: Pick<WalkEntry, 'modified'>): Pick<WrittenEntry, 'seconds' | 'nanoseconds'> {
  const rest = ((modified % NANOSECONDS) + NANOSECONDS) % NANOSECONDS;
  return { seconds: Number((modified - rest) / NANOSECONDS), nanoseconds: Number(rest) };
}

const isDevice = ({ type }: WalkEntry): boolean => type === 'character' || type === 'block';

/** An entry as an archive has it; `target` is the name that a hard link leads to. */
export function writtenEntry(
  entry: WalkEntry & { readonly type: Exclude<TarEntryType, 'hardlink'> },
  first?: string,
): WrittenEntry {
  const { type, mode, uid, gid, size, xattrs } = entry;
  const isLink = first !== undefined;
  return {
    type: isLink ? 'hardlink' : type,
    path: pathOf(entry),
    target: first ?? latin1(entry.target),
    mode,
    uid,
    gid,
    size: type === 'file' && !isLink ? size : 0,
    ...timeOf(entry),
    major: isDevice(entry) ? entry.major : 0,
    minor: isDevice(entry) ? entry.minor : 0,
    xattrs: new Map(isLink ? [] : [...xattrs].filter(([name]) => isKeptAttribute(name, type))),
  };
}

// Of when something was removed a layer says nothing, so that the same removal is the same bytes.
const markAt = (path: string): WrittenEntry => ({
  type: 'file',
  path,
  target: '',
  mode: 0o600,
  uid: 0,
  gid: 0,
  size: 0,
  seconds: 0,
  nanoseconds: 0,
  major: 0,
  minor: 0,
  xattrs: new Map(),
});

/** What says that a name of a lower layer is gone. */
export function whiteoutAt(path: string): WrittenEntry {
  const slash = path.lastIndexOf('/') + 1;
  return markAt(`${path.slice(0, slash)}${WHITEOUT}${path.slice(slash)}`);
}

/** What says that nothing of the lower layers shows in a directory. */
export const opaqueIn = (directory: string): WrittenEntry => markAt(`${directory}/${OPAQUE}`);
