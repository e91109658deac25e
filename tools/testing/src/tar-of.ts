import { chmod, chown, link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Header } from 'tar';

/** One entry of an archive. */
export interface TarEntry {
  /** As it shall stand in the header; nothing is cleaned, so that hostile names can be written. */
  readonly path: string;
  readonly type:
    | 'File'
    | 'Directory'
    | 'SymbolicLink'
    | 'Link'
    | 'CharacterDevice'
    | 'BlockDevice'
    | 'FIFO'
    | 'ExtendedHeader'
    | 'GlobalExtendedHeader';
  /** @default 0o755 for directories, 0o644 for the rest */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly content?: string | Uint8Array;
  /** Target of a symbolic or hard link. */
  readonly linkpath?: string;
  /** Written in place of the content's length: for archives that lie. */
  readonly size?: number;
  readonly devmaj?: number;
  readonly devmin?: number;
  /** @default the epoch */
  readonly mtime?: Date;
}

const BLOCK = 512;

function modeOf(entry: TarEntry): number {
  return entry.mode ?? (entry.type === 'Directory' ? 0o755 : 0o644);
}

function header(entry: TarEntry, size: number): Buffer {
  const { content: _content, ...fields } = entry;
  const block = Buffer.alloc(BLOCK);
  const needPax = new Header({
    uid: 0,
    gid: 0,
    mtime: new Date(0),
    ...fields,
    mode: modeOf(entry),
    size: entry.size ?? size,
  }).encode(block, 0);
  if (needPax) throw new Error(`${entry.path}: does not fit into a ustar header`);
  return block;
}

/**
 * A tar archive of these entries in this order; equal entries give equal bytes. Names beyond ustar
 * throw: write an `ExtendedHeader` entry before them.
 */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content ?? '');
    const padding = (BLOCK - (content.length % BLOCK)) % BLOCK;
    return [header(entry, content.length), content, Buffer.alloc(padding)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

async function writeEntry(directory: string, entry: TarEntry): Promise<void> {
  const path = join(directory, entry.path);
  await mkdir(dirname(path), { recursive: true });
  if (entry.type === 'SymbolicLink') return symlink(entry.linkpath ?? '', path);
  if (entry.type === 'Link') return link(join(directory, entry.linkpath ?? ''), path);
  if (entry.type === 'Directory') await mkdir(path, { recursive: true });
  else if (entry.type === 'File') await writeFile(path, entry.content ?? '');
  else throw new Error(`${entry.path}: a ${entry.type} is not written by this`);
  // Only root may give files away.
  if (process.getuid?.() === 0) await chown(path, entry.uid ?? 0, entry.gid ?? 0);
  await chmod(path, modeOf(entry));
}

/** Writes trusted entries (files, directories, links) into a directory. */
export async function writeEntries(directory: string, entries: readonly TarEntry[]): Promise<void> {
  for (const entry of entries) await writeEntry(directory, entry);
}
