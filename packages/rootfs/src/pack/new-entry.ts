import type { EntryType, WalkEntry } from '@ctrkit/syscalls';

/** What somebody says of an entry that comes from no file. */
export interface NewEntry {
  /** Relative, without a slash in front; text, or bytes that need not be UTF-8. */
  readonly path: string | Buffer;
  readonly type: EntryType;
  /** At most 0o7777. */
  readonly mode: number;
  /** @default 0 */
  readonly uid?: number | undefined;
  /** @default 0 */
  readonly gid?: number | undefined;
  /** Bytes of its contents. @default 0 */
  readonly size?: number | undefined;
  /** In nanoseconds since 1970. */
  readonly modified: bigint;
  /** Of a symbolic link. */
  readonly target?: string | undefined;
}

const nothing = { device: 0n, inode: 0n, links: 1, major: 0, minor: 0, segments: [] } as const;

/** An entry of one's own making for `packEntries`; its contents follow as `{kind: 'data', offset, content}`. */
export function newEntry({ path, target = '', ...entry }: NewEntry): WalkEntry {
  const { uid = 0, gid = 0, size = 0, type, mode, modified } = entry;
  return {
    ...nothing,
    kind: 'entry',
    path: Buffer.from(path),
    target: Buffer.from(target),
    xattrs: new Map(),
    type,
    mode,
    uid,
    gid,
    size,
    modified,
    changed: modified,
  };
}
