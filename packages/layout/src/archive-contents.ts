import { posix } from 'node:path';
import { isDigest, parseDigest } from '@ctrkit/oci';
import type { Compression, Digest } from '@ctrkit/oci';
import { archiveEntries, invalid } from './archive-entries.ts';
import type { ArchiveEntry } from './archive-entries.ts';
import type { BlobIdentity } from './blobs.ts';
import { MARKER } from './layout.ts';
import type { Layout } from './layout.ts';
import { sniffCompression } from './sniff-compression.ts';
import { takeBlob } from './write-blob.ts';
import type { TakenBlob } from './write-blob.ts';

const LARGEST_JSON = 4 * 1024 * 1024;
const LONGEST_PATH = 4096;
// Three a layer, and no image has more than a few hundred layers.
const MOST_FILES = 65_536;

/** A file of an archive that its name does not verify, kept as the blob that it is. */
export interface ArchivedFile extends BlobIdentity {
  compression: Compression;
}

/** What an archive holds that matters to a layout, by normalized paths, which are never used as paths. */
export interface ArchiveContents {
  /** `oci-layout`, and `index.json`. */
  marker?: Buffer;
  index?: Buffer;
  /** The `manifest.json` of `docker save`. */
  dockerManifest?: Buffer;
  /** Those under `blobs/`, verified. */
  blobs: Set<Digest>;
  /** The others of an archive that has no `blobs/`: layers and configurations of the older docker form. */
  files: Map<string, ArchivedFile>;
  /** Links among them, to the path that they lead to. */
  links: Map<string, string>;
}

/**
 * Reads an archive to its end; what can be a part of an image goes into the layout's blobs at once. Throws
 * ARCHIVE_INVALID, ARCHIVE_INCOMPLETE and what `writeBlob` throws.
 */
export async function readContents(
  tar: AsyncIterable<Buffer>,
  layout: Layout,
): Promise<ArchiveContents> {
  const contents: ArchiveContents = { blobs: new Set(), files: new Map(), links: new Map() };
  const disk = new Disk();
  try {
    for await (const entry of archiveEntries(tar)) {
      const path = pathIn(entry.path);
      if (entry.link !== undefined) takeLink(path, entry.link, contents);
      else if (entry.isFile) await takeFile(path, entry, contents, { layout, disk });
    }
  } finally {
    await disk.settle();
  }
  await disk.flush();
  return contents;
}

// Node has four threads for what waits for a disk: some must be left for what is still being written.
const SYNCS = 2;

/** Blobs that are being synced while the next ones are read. */
class Disk {
  #busy: Promise<void>[] = [];

  async add({ blob, kept }: TakenBlob): Promise<BlobIdentity> {
    this.#busy.push(kept);
    while (this.#busy.length > SYNCS) await this.#busy.shift();
    return blob;
  }

  /** Throws where one of them could not be kept. */
  async flush(): Promise<void> {
    await Promise.all(this.#busy);
  }

  /** Nothing is under way any more. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#busy);
  }
}

interface Target {
  readonly layout: Layout;
  readonly disk: Disk;
}

/** The one spelling of a path in an archive; one that leads out of it begins with `..` or `/`. */
export function pathIn(path: string): string {
  return posix.normalize(path);
}

const documents = {
  'index.json': 'index',
  [MARKER]: 'marker',
  'manifest.json': 'dockerManifest',
} as const;

async function takeFile(
  path: string,
  entry: ArchiveEntry,
  contents: ArchiveContents,
  { layout, disk }: Target,
): Promise<void> {
  const digest = blobDigest(entry.path);
  if (digest !== undefined) {
    if (contents.blobs.has(digest)) return;
    await disk.add(await takeBlob(layout, { digest, size: entry.size }, entry.body));
    contents.blobs.add(digest);
  } else if (Object.hasOwn(documents, path)) {
    const key = documents[path as keyof typeof documents];
    if (contents[key] !== undefined) throw invalid(`has more than one ${path}`);
    contents[key] = await readSmall(entry);
  } else if (isPartOfDocker(path, contents)) {
    countFile(path, contents);
    const { compression, bytes } = await sniffCompression(entry.body);
    const blob = await disk.add(await takeBlob(layout, undefined, bytes));
    contents.files.set(path, { ...blob, compression });
  }
}

function takeLink(
  path: string,
  { target, symbolic }: NonNullable<ArchiveEntry['link']>,
  contents: ArchiveContents,
): void {
  if (!isPartOfDocker(path, contents)) return;
  countFile(path, contents);
  const from = symbolic ? posix.dirname(path) : '.';
  contents.links.set(path, pathIn(posix.join(from, target)));
}

// What docker wrote beside each layer until 2024, for versions of before 2016, is of no use to anybody.
function isPartOfDocker(path: string, { marker, index, blobs }: ArchiveContents): boolean {
  const isLayout = marker !== undefined || index !== undefined || blobs.size > 0;
  if (isLayout || path.length > LONGEST_PATH || /^(?:\/|\.\.(?:\/|$))/.test(path)) return false;
  return !/^blobs\/|(?:^|\/)(?:VERSION|json|repositories)$/.test(path);
}

function countFile(path: string, { files, links }: ArchiveContents): void {
  if (files.has(path) || links.has(path)) throw invalid(`has more than one ${path}`);
  if (files.size + links.size === MOST_FILES) throw invalid(`has more than ${MOST_FILES} files`);
}

function blobDigest(path: string): Digest | undefined {
  const match = /^(?:\.\/)?blobs\/([a-z0-9]+)\/([0-9a-f]+)$/.exec(path);
  if (match === null) return undefined;
  const text = `${match[1]}:${match[2]}`;
  return isDigest(text) ? parseDigest(text) : undefined;
}

async function readSmall(entry: ArchiveEntry): Promise<Buffer> {
  if (entry.size > LARGEST_JSON) throw invalid(`has an ${entry.path} of over 4 MiB`);
  const chunks: Buffer[] = [];
  for await (const chunk of entry.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
