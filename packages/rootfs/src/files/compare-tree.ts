import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { SyscallsError, walkTree } from '@ctrkit/syscalls';
import type { WalkData, WalkEntry, WalkRecord } from '@ctrkit/syscalls';
import { isWhiteout } from '../pack/overlay-marks.ts';
import type { Privilege } from '../privilege.ts';
import { directoryTree } from '../tree.ts';
import { zeroBytes } from '../zero-bytes.ts';
import type { LayerFile, LayerFiles } from './layer-files.ts';
import { parentsOf } from './merge-layers.ts';

export interface CompareOptions {
  /** What of the layer could be made. */
  readonly privilege: Pick<Privilege, 'owners' | 'devices'>;
  /** Nothing else is there. */
  readonly isAlone: boolean;
  readonly signal?: AbortSignal | undefined;
}

const MOST_TOLD = 100;

/** What of a piece of a file is where the layer stores nothing. */
function holesIn({ segments }: LayerFile, offset: number, content: Buffer): Buffer[] {
  const holes: Buffer[] = [];
  let at = 0;
  for (const segment of segments ?? [{ offset, length: content.length }]) {
    const begin = segment.offset - offset;
    if (begin > at) holes.push(content.subarray(at, begin));
    at = Math.max(at, begin + segment.length);
  }
  return [...holes, content.subarray(Math.max(at, 0))];
}

/** Holds the contents of a file, which come in pieces and without holes, against what is stored of it in a layer. */
class Contents {
  readonly #hash: Hash = createHash('sha256');
  readonly #file: LayerFile;
  #at = 0;
  #hasStray = false;

  constructor(file: LayerFile) {
    this.#file = file;
  }

  take({ offset, content }: WalkData): void {
    this.#zeros(offset);
    this.#put(offset + content.length, (from, to) => [content.subarray(from - offset, to - offset)]); // prettier-ignore
    this.#hasStray ||= holesIn(this.#file, offset, content).some((hole) => hole.some(Boolean));
  }

  isRight(): boolean {
    this.#zeros(this.#file.size);
    return !this.#hasStray && this.#hash.digest('hex') === this.#file.contents;
  }

  #zeros(end: number): void {
    this.#put(end, (from, to) => zeroBytes(to - from));
  }

  // What is no part of the layer's segments is a hole of its own.
  #put(end: number, bytes: (from: number, to: number) => Iterable<Buffer>): void {
    for (const { offset, length } of this.#file.segments ?? [
      { offset: 0, length: this.#file.size },
    ]) {
      const [from, to] = [Math.max(this.#at, offset), Math.min(end, offset + length)];
      if (from < to) for (const piece of bytes(from, to)) this.#hash.update(piece);
    }
    this.#at = Math.max(this.#at, end);
  }
}

/** What of a tree is not as a layer says. */
class Comparison {
  readonly differ: string[] = [];
  readonly #layer: LayerFiles;
  readonly #options: CompareOptions;
  readonly #expected: ReadonlySet<string>;
  readonly #found = new Set<string>();
  #open: { readonly path: string; readonly contents: Contents } | undefined;

  constructor(layer: LayerFiles, options: CompareOptions) {
    this.#layer = layer;
    this.#options = options;
    const named = [...layer.files.keys(), ...layer.removed];
    this.#expected = new Set(named.flatMap((path) => [path, ...parentsOf(path)]));
  }

  take(record: WalkRecord): void {
    if (record.kind === 'data') this.#open?.contents.take(record);
    else this.#entry(record);
  }

  /** All that is there was taken. */
  finish(): void {
    this.#close();
    for (const path of this.#expected) {
      if (!this.#found.has(path) && !this.#mayBeAbsent(path)) this.differ.push(path);
    }
  }

  #entry(entry: WalkEntry): void {
    this.#close();
    const path = entry.path.toString('latin1');
    if (path === '.') return;
    this.#found.add(path);
    const file = this.#layer.files.get(path);
    if (file === undefined ? this.#isUnsaid(path, entry) : this.#isAsSaid(file, path, entry))
      return;
    this.differ.push(path);
  }

  #close(): void {
    if (this.#open?.contents.isRight() === false) this.differ.push(this.#open.path);
    this.#open = undefined;
  }

  // A directory that only its contents imply, or an overlay's whiteout.
  #isUnsaid(path: string, entry: WalkEntry): boolean {
    if (!this.#options.isAlone) return true;
    const isMark = isWhiteout(entry) && this.#layer.removed.has(path);
    return this.#expected.has(path) && (entry.type === 'directory' || isMark);
  }

  #isAsSaid(file: LayerFile, path: string, entry: WalkEntry): boolean {
    if (entry.type !== file.type) return false;
    // A hard link into a lower layer: that one's description is not at hand.
    if (file.size === -1) return true;
    const { owners } = this.#options.privilege;
    const isOwned = owners === 'root' || (entry.uid === file.uid && entry.gid === file.gid);
    if (!isOwned || (file.type !== 'symlink' && entry.mode !== file.mode)) return false;
    if (file.type === 'symlink') return entry.target.toString('latin1') === file.target;
    if (file.type !== 'file') return true;
    if (entry.size !== file.size) return false;
    this.#open = { path, contents: new Contents(file) };
    return true;
  }

  // Devices are left out by who may not make them, and hard links to what is in no layer.
  #mayBeAbsent(path: string): boolean {
    const type = this.#layer.files.get(path)?.type;
    return !this.#options.privilege.devices && (type === 'character' || type === 'block');
  }
}

/** The paths at which a directory differs from what a layer says, a hundred at most. Links are never followed. */
export async function compareTree(
  layer: LayerFiles,
  directory: string,
  options: CompareOptions,
): Promise<string[]> {
  const comparison = new Comparison(layer, options);
  const selection = { contents: Number.MAX_SAFE_INTEGER, xattrs: false };
  const { signal } = options;
  try {
    for await (const record of walkTree(
      directoryTree(directory),
      selection,
      signal === undefined ? {} : { signal },
    )) {
      comparison.take(record);
      if (comparison.differ.length >= MOST_TOLD) return told(comparison);
    }
    comparison.finish();
  } catch (error) {
    // The disk cannot give it back; what is behind it is for the next time.
    if (!(error instanceof SyscallsError) || error.failure?.errno !== 'EIO') throw error;
    comparison.differ.push(Buffer.from(error.failure.path).toString('latin1'));
  }
  return told(comparison);
}

const told = ({ differ }: Comparison): string[] =>
  differ.slice(0, MOST_TOLD).map((path) => `/${Buffer.from(path, 'latin1').toString('utf8')}`).toSorted(); // prettier-ignore
