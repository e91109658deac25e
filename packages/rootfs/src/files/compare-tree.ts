import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { errnoOf } from '@ctrkit/durable';
import type { LayerFile, LayerFiles } from './layer-files.ts';
import { parentsOf } from './merge-layers.ts';

export interface CompareOptions {
  /** Owners and devices are there as the layer says them. */
  readonly complete: boolean;
  /** Nothing else is there. */
  readonly isAlone: boolean;
}

/** Which files, by inode, had which contents: one of many names is read once. */
type Contents = Map<string, boolean>;

const MOST_TOLD = 100;
const PIECE = 1024 * 1024;

/** The paths at which a directory differs from what a layer says, a hundred at most. Links are never followed. */
export async function compareTree(
  { files, removed }: LayerFiles,
  directory: string,
  options: CompareOptions,
): Promise<string[]> {
  const differ: string[] = [];
  const read: Contents = new Map();
  const found = new Set<string>();
  const expected = new Set(
    [...files.keys(), ...removed].flatMap((path) => [path, ...parentsOf(path)]),
  );
  for await (const [path, status] of entriesBelow(directory)) {
    found.add(path);
    const file = files.get(path);
    const isRight =
      file === undefined
        ? (expected.has(path) && isMark(path, status, removed)) || !options.isAlone
        : await isSame(file, at(directory, path), status, options, read);
    if (!isRight) differ.push(shown(path));
    if (differ.length === MOST_TOLD) return differ;
  }
  for (const path of expected) {
    if (found.has(path) || mayBeAbsent(files.get(path), options)) continue;
    differ.push(shown(path));
  }
  return differ.slice(0, MOST_TOLD).toSorted();
}

// A directory that only its contents imply, or an overlay's whiteout.
function isMark(path: string, status: Stats, removed: ReadonlySet<string>): boolean {
  return status.isDirectory() || (removed.has(path) && status.isCharacterDevice());
}

// Devices are left out by who may not make them, and hard links to what is in no layer.
function mayBeAbsent(file: LayerFile | undefined, { complete }: CompareOptions): boolean {
  return file !== undefined && !complete && /^(?:character|block)$/.test(file.type);
}

async function isSame(
  file: LayerFile,
  path: Buffer,
  status: Stats,
  { complete }: CompareOptions,
  read: Contents,
): Promise<boolean> {
  if (kindOf(status) !== file.type) return false;
  // A hard link into a lower layer: that one's description is not at hand.
  if (file.size === -1) return true;
  const isOwned = status.uid === file.uid && status.gid === file.gid;
  const hasMode = file.type === 'symlink' || (status.mode & 0o7777) === file.mode;
  if (complete && !(isOwned && hasMode)) return false;
  if (file.type === 'symlink') return (await readlink(path, 'latin1')) === file.target;
  if (file.type !== 'file') return true;
  if (status.size !== file.size) return false;
  const key = `${status.ino} ${file.contents}`;
  const isRight = read.get(key) ?? (await hasContents(file, path));
  read.set(key, isRight);
  return isRight;
}

function kindOf(status: Stats): LayerFile['type'] | undefined {
  if (status.isFile()) return 'file';
  if (status.isDirectory()) return 'directory';
  if (status.isSymbolicLink()) return 'symlink';
  if (status.isCharacterDevice()) return 'character';
  if (status.isBlockDevice()) return 'block';
  return status.isFIFO() ? 'fifo' : undefined;
}

async function hasContents(file: LayerFile, path: Buffer): Promise<boolean> {
  const { segments = [{ offset: 0, length: file.size }] } = file;
  try {
    const handle = await open(
      path,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    try {
      const hash = createHash('sha256');
      for (const { offset, length } of segments) {
        for (let done = 0; done < length;) {
          const buffer = Buffer.alloc(Math.min(PIECE, length - done));
          const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset + done);
          if (bytesRead === 0) return false;
          hash.update(buffer.subarray(0, bytesRead));
          done += bytesRead;
        }
      }
      return hash.digest('hex') === file.contents;
    } finally {
      await handle.close();
    }
  } catch (error) {
    // A normal user's own file that denies reading even to its owner.
    if (errnoOf(error) === 'EACCES') return true;
    // The disk cannot give it back.
    if (errnoOf(error) === 'EIO') return false;
    throw error;
  }
}

async function* entriesBelow(
  directory: string,
): AsyncGenerator<[path: string, status: Stats], void, undefined> {
  const queue = [''];
  for (let parent = queue.pop(); parent !== undefined; parent = queue.pop()) {
    for (const name of await namesIn(at(directory, parent))) {
      const path = parent === '' ? name : `${parent}/${name}`;
      const status = await lstat(at(directory, path));
      yield [path, status];
      if (status.isDirectory()) queue.push(path);
    }
  }
}

async function namesIn(path: Buffer): Promise<string[]> {
  try {
    return await readdir(path, 'latin1');
  } catch (error) {
    if (errnoOf(error) === 'EACCES') return [];
    throw error;
  }
}

function at(directory: string, path: string): Buffer {
  const base = Buffer.from(directory);
  return path === '' ? base : Buffer.concat([base, Buffer.from(`/${path}`, 'latin1')]);
}

function shown(path: string): string {
  return `/${Buffer.from(path, 'latin1').toString('utf8')}`;
}
