import { Header, Pax } from 'tar';
import { ByteReader } from './byte-reader.ts';
import { LayoutError } from './layout-error.ts';

const BLOCK = 512;
const LONGEST_EXTENSION = 1024 * 1024;
const MOST_ENTRIES = 1_000_000;
// Producers pad to 10 KiB records; reading that much spares them a broken pipe.
const MOST_PADDING = 1024 * 1024;

/** One file of an archive. Its body is read before the next entry is asked for, or passed over. */
export interface ArchiveEntry {
  /** As it stands in the archive: to be matched, never to be used as a path. */
  path: string;
  isFile: boolean;
  /** Of a link: where it leads, as it stands in the archive. */
  link?: { target: string; symbolic: boolean };
  size: number;
  body: AsyncIterable<Buffer>;
}

/**
 * The entries of a tar stream (ustar, pax, GNU long names and sizes) in order. Links, devices and the
 * like come without a body. Throws ARCHIVE_INVALID, and ARCHIVE_INCOMPLETE where it breaks off.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 */
export async function* archiveEntries(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<ArchiveEntry, void, undefined> {
  const reader = new ByteReader(source, brokenOff);
  try {
    let extension: Extension = {};
    for (let count = 0; ; count += 1) {
      const header = await nextHeader(reader, extension);
      if (header === undefined) return;
      if (count === MOST_ENTRIES) throw invalid(`has more than ${MOST_ENTRIES} entries`);
      if (extensions.has(header.type)) extension = await readExtension(reader, header, extension);
      else {
        extension = {};
        yield* entryOf(reader, header);
      }
    }
  } finally {
    await reader.close();
  }
}

/** The error for bytes that are no archive, or none that can be used. */
export function invalid(what: string, cause?: unknown): LayoutError {
  return new LayoutError('ARCHIVE_INVALID', `archive: ${what}`, {
    cause,
    hint: 'give an archive as `docker save`, `podman save` or `skopeo copy … oci-archive:FILE` write it',
  });
}

function brokenOff(): LayoutError {
  return new LayoutError('ARCHIVE_INCOMPLETE', 'archive: breaks off before its end', {
    hint: 'it was not copied or downloaded to its end',
  });
}

interface Extension {
  path?: string;
  linkpath?: string;
  size?: number;
}

// Global pax headers are passed over: none that applies to all entries can matter to a layout.
const extensions = new Set<string>([
  'ExtendedHeader',
  'OldExtendedHeader',
  'GlobalExtendedHeader',
  'NextFileHasLongPath',
  'OldGnuLongPath',
  'NextFileHasLongLinkpath',
]);

const files = new Set<string>(['File', 'OldFile', 'ContiguousFile']);

// Whatever their header claims, these have no body, as GNU tar and Go's archive/tar have it too.
const bodiless = new Set<string>([
  'Link',
  'SymbolicLink',
  'CharacterDevice',
  'BlockDevice',
  'Directory',
  'FIFO',
]);

interface EntryHeader {
  path: string;
  linkpath: string;
  type: string;
  size: number;
}

async function nextHeader(
  reader: ByteReader,
  extension: Extension,
): Promise<EntryHeader | undefined> {
  const block = await reader.read(BLOCK);
  if (block === undefined) return undefined;
  const header = decodeHeader(block);
  if (isMapContinued(header, block)) await passSparseMap(reader);
  if (header.nullBlock) return await atEnd(reader);
  if (!header.cksumValid) throw invalid('is not a tar, or is damaged (checksum of a header)');
  const isExtension = extensions.has(header.type);
  const size = (isExtension ? undefined : extension.size) ?? header.size ?? Number.NaN;
  const path = (isExtension ? undefined : extension.path) ?? header.path ?? '';
  const linkpath = extension.linkpath ?? header.linkpath ?? '';
  if (bodiless.has(header.type)) return { path, linkpath, type: header.type, size: 0 };
  if (!Number.isSafeInteger(size) || size < 0) throw invalid('has an entry of no valid size');
  return { path, linkpath, type: header.type, size };
}

function decodeHeader(block: Buffer): Header {
  try {
    return new Header(block);
  } catch (cause) {
    throw invalid('is not a tar, or is damaged (numbers of a header)', cause);
  }
}

// GNU's older sparse files: the map of holes goes on in blocks that no size counts.
// https://www.gnu.org/software/tar/manual/html_node/Sparse-Formats.html
function isMapContinued({ type }: Header, block: Buffer): boolean {
  return type === 'SparseFile' && block[482] !== 0;
}

async function passSparseMap(reader: ByteReader): Promise<void> {
  while ((await reader.need(BLOCK))[504] !== 0);
}

async function atEnd(reader: ByteReader): Promise<undefined> {
  const second = await reader.read(BLOCK);
  if (second?.some((byte) => byte !== 0) === true) throw invalid('has a lone empty header');
  for (let left = MOST_PADDING; left > 0;) {
    const padding = await reader.some(left);
    if (padding === undefined) return;
    left -= padding.length;
  }
}

async function readExtension(
  reader: ByteReader,
  header: EntryHeader,
  before: Extension,
): Promise<Extension> {
  if (header.size > LONGEST_EXTENSION) throw invalid('has an extended header of over 1 MiB');
  const bytes = await reader.need(header.size);
  await reader.skip(paddingAfter(header.size));
  switch (header.type) {
    case 'ExtendedHeader':
    case 'OldExtendedHeader': {
      const { path, linkpath, size } = Pax.parse(bytes.toString('utf8'));
      return {
        ...before,
        ...(path !== undefined && { path }),
        ...(linkpath !== undefined && { linkpath }),
        ...(size !== undefined && { size }),
      };
    }
    case 'NextFileHasLongPath':
    case 'OldGnuLongPath':
      return { ...before, path: untilNul(bytes) };
    case 'NextFileHasLongLinkpath':
      return { ...before, linkpath: untilNul(bytes) };
    default:
      return before;
  }
}

function untilNul(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/\0[^]*$/, '');
}

async function* entryOf(
  reader: ByteReader,
  header: EntryHeader,
): AsyncGenerator<ArchiveEntry, void, undefined> {
  const end = reader.position + header.size;
  const body = bodyUpTo(reader, end);
  const { path, type, size, linkpath: target } = header;
  const isLink = type === 'SymbolicLink' || type === 'Link';
  const link = isLink ? { link: { target, symbolic: type === 'SymbolicLink' } } : {};
  yield { path, isFile: files.has(type), ...link, size, body };
  await reader.skip(end - reader.position + paddingAfter(header.size));
}

async function* bodyUpTo(reader: ByteReader, end: number): AsyncGenerator<Buffer, void, undefined> {
  while (reader.position < end) {
    const piece = await reader.some(end - reader.position);
    if (piece === undefined) throw brokenOff();
    yield piece;
  }
}

function paddingAfter(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}
