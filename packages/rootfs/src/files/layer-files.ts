import { createHash } from 'node:crypto';
import { Descendants } from './descendants.ts';
import { invalidLayer } from '../rootfs-error.ts';
import { markOf, splitPath } from '../layer/names.ts';
import type { TarEntry, TarEntryType } from '../tar/entry.ts';
import type { Segment } from '../tar/segment.ts';
import { TarReader } from '../tar/tar-reader.ts';
import type { TarLimits } from '../tar/tar-reader.ts';

/** A file as a layer describes it. */
export interface LayerFile {
  readonly type: Exclude<TarEntryType, 'hardlink'>;
  /** At most 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes, holes included. */
  readonly size: number;
  /** Of a symbolic link. */
  readonly target: string;
  /** Of a device. */
  readonly device: string;
  /** Names and values of extended attributes, in order. */
  readonly xattrs: string;
  /** The sha256 of what is stored of its contents. */
  readonly contents?: string;
  /** Where that is in the file, if not all of it is stored. */
  readonly segments?: readonly Segment[];
  /** It is another name of a file. */
  readonly isLink?: true;
}

/** What one layer says. Paths have no slash in front; names are bytes, held as latin1. */
export interface LayerFiles {
  readonly files: Map<string, LayerFile>;
  /** What of the layers below it removes. */
  readonly removed: Set<string>;
  /** The directories of which nothing below shows; '' is the root. */
  readonly opaque: Set<string>;
}

/**
 * Reads the tar of a layer to its end and lists what it has; where a path comes twice the last one counts. Throws
 * LAYER_INVALID, and what the source throws.
 */
export async function readLayerFiles(
  tar: AsyncIterable<Buffer>,
  { limits, signal }: { limits?: TarLimits | undefined; signal?: AbortSignal | undefined } = {},
): Promise<LayerFiles> {
  const layer: LayerFiles = { files: new Map(), removed: new Set(), opaque: new Set() };
  const files = new Arriving(layer.files);
  const reader = new TarReader(tar, limits);
  try {
    for (;;) {
      const entry = reader.nextReady() ?? (await reader.next());
      if (entry === undefined) break;
      signal?.throwIfAborted();
      await takeEntry(layer, files, entry, reader);
    }
    await reader.bytes.drain();
    return layer;
  } finally {
    await reader.bytes.close();
  }
}

async function takeEntry(
  layer: LayerFiles,
  files: Arriving,
  entry: TarEntry,
  reader: TarReader,
): Promise<void> {
  const components = splitPath(entry.path);
  const name = components.at(-1);
  if (name === undefined) return;
  const mark = markOf(name, entry.path);
  const parent = components.slice(0, -1).join('/');
  if (mark.kind === 'opaque') layer.opaque.add(parent);
  else if (mark.kind === 'whiteout')
    layer.removed.add([...components.slice(0, -1), mark.name].join('/'));
  else if (mark.kind === 'none') {
    files.put(components.join('/'), await fileOf(layer, entry, reader));
  }
}

async function fileOf(layer: LayerFiles, entry: TarEntry, reader: TarReader): Promise<LayerFile> {
  const { type, mode, uid, gid, size, target, sparse } = entry;
  if (type === 'hardlink') return linked(layer, entry);
  const xattrs = [...entry.xattrs].map(([name, value]) => `${name}=${value.toString('base64')}`);
  return {
    type,
    // Linux has none on links, and builders write what they like.
    mode: type === 'symlink' ? 0o777 : mode,
    uid,
    gid,
    size: type === 'file' ? size : 0,
    target: type === 'symlink' ? target : '',
    device: type === 'character' || type === 'block' ? `${entry.major}:${entry.minor}` : '',
    xattrs: xattrs.toSorted().join(','),
    ...(type === 'file' && { contents: await hashOf(reader) }),
    ...(sparse !== undefined && { segments: sparse.segments }),
  };
}

// A link to a file of a lower layer is described nowhere in this one.
function linked({ files }: LayerFiles, { path, target }: TarEntry): LayerFile {
  const file = files.get(splitPath(target).join('/'));
  if (file?.type === 'directory') throw invalidLayer('is a hard link to a directory', path);
  const unknown = { type: 'file', mode: -1, uid: -1, gid: -1, size: -1, target } as const;
  return { ...(file ?? { ...unknown, device: '', xattrs: '' }), isLink: true };
}

async function hashOf(reader: TarReader): Promise<string> {
  const hash = createHash('sha256');
  for (;;) {
    const piece = await reader.piece();
    if (piece === undefined) return hash.digest('hex');
    hash.update(piece);
  }
}

/** The files of a layer as they come, where a later one takes the place of all that was below its path. */
class Arriving {
  readonly #files: Map<string, LayerFile>;
  /** Most layers put nothing in a directory's place. */
  #below: Descendants | undefined;

  constructor(files: Map<string, LayerFile>) {
    this.#files = files;
  }

  put(path: string, file: LayerFile): void {
    const before = this.#files.get(path);
    this.#files.set(path, file);
    this.#below?.add(path);
    if (before?.type !== 'directory' || file.type === 'directory') return;
    this.#below ??= new Descendants(this.#files.keys());
    for (const below of this.#below.take(path)) this.#files.delete(below);
  }
}
