import { posix } from 'node:path';
import { decompress, LayoutError, sniffCompression } from '@ctrkit/layout';
import { RootfsError } from '../rootfs-error.ts';
import type { TarEntry } from '../tar/entry.ts';
import { TarReader } from '../tar/tar-reader.ts';
import type { CopyRecord } from './copy-record.ts';

const PIECE = 1024 * 1024;

/** A name of an archive as a path below where it is unpacked; `.` is that directory itself. */
function inside(name: string, directory: string): string {
  const path = posix.normalize(`./${name}`).replace(/\/+$/, '');
  if (path === '..' || path.startsWith('../') || path.includes('\0')) {
    const text = `${JSON.stringify(name.slice(0, 255))} is outside of ${JSON.stringify(directory)}`;
    throw new RootfsError('ARCHIVE_INVALID', text, { path: name });
  }
  return path;
}

function recordOf(
  { stored: _stored, sparse: _sparse, ...entry }: TarEntry,
  directory: string,
): CopyRecord {
  const isLink = entry.type === 'hardlink';
  return {
    kind: 'entry',
    ...entry,
    path: inside(entry.path, directory),
    target: isLink ? inside(entry.target, directory) : entry.target,
  };
}

async function* contentsOf(
  { sparse, stored }: TarEntry,
  reader: TarReader,
): AsyncGenerator<CopyRecord> {
  for (const { offset, length } of sparse?.segments ?? [{ offset: 0, length: stored }]) {
    for (let at = 0; at < length;) {
      const content = await reader.piece(Math.min(PIECE, length - at));
      if (content === undefined) return;
      yield { kind: 'data', offset: offset + at, content };
      at += content.length;
    }
  }
}

// The reader was made for layers, and speaks of them.
function explained(error: unknown): unknown {
  if (error instanceof LayoutError) {
    const text = error.message.replace(/^layer/, 'archive');
    return new RootfsError('ARCHIVE_INVALID', text, { cause: error });
  }
  if (!(error instanceof RootfsError) || error.code !== 'LAYER_INVALID') return error;
  return new RootfsError('ARCHIVE_INVALID', error.message.replace(/^layer/, 'archive'), {
    cause: error,
  });
}

/**
 * The entries of an archive, plain or compressed by gzip or zstd, with their contents; read to its end. Names are cleaned,
 * and none leads out. Throws ARCHIVE_INVALID, and what the source throws.
 * @param directory where they are unpacked, for errors
 */
export async function* readArchive(
  source: AsyncIterable<Uint8Array>,
  directory: string,
): AsyncGenerator<CopyRecord> {
  const { compression, bytes } = await sniffCompression(source);
  const reader = new TarReader(decompress(bytes, compression));
  try {
    for (;;) {
      const entry = await reader.next();
      if (entry === undefined) break;
      yield recordOf(entry, directory);
      if (entry.type === 'file') yield* contentsOf(entry, reader);
    }
    // Whoever writes it must not find its reader gone.
    await reader.bytes.drain();
  } catch (error) {
    throw explained(error);
  } finally {
    await reader.bytes.close();
  }
}
