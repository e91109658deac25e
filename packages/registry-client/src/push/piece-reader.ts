import { ByteReader, LayoutError } from '@ctrkit/layout';
import type { BlobIdentity } from '../open-blob.ts';

/**
 * The bytes of a whole blob, from its first, which fails at its end unless they are right. Called again when they are
 * needed again.
 */
export type BlobSource = () => AsyncIterable<Uint8Array>;

/** Reads a blob once, in pieces of a chosen length. */
export interface PieceReader {
  /** The next `length` bytes, to be read before any others. */
  take(length: number): AsyncIterable<Uint8Array>;
  /** Reads on to the end. Throws when the blob was not what it should be. */
  finish(): Promise<void>;
  /** Lets go of the source. */
  close(): Promise<void>;
}

/** Opens a blob at `offset`; what stands before it is read and verified all the same. */
export async function openPieces(
  source: BlobSource,
  blob: BlobIdentity,
  offset: number,
): Promise<PieceReader> {
  const short = (): Error => tooShort(blob);
  const reader = new ByteReader(source(), short);
  await reader.skip(offset);
  return {
    take: (length) => pieceOf(reader, length, short),
    finish: async () => {
      if ((await reader.some(1)) !== undefined) throw tooLong(blob);
    },
    close: () => reader.close(),
  };
}

async function* pieceOf(
  reader: ByteReader,
  length: number,
  short: () => Error,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let left = length; left > 0;) {
    const chunk = await reader.some(left);
    if (chunk === undefined) throw short();
    left -= chunk.length;
    yield chunk;
  }
}

function tooShort({ digest }: BlobIdentity): LayoutError {
  return new LayoutError('SIZE_MISMATCH', `blob ${digest}: ends too soon`, { digest });
}

function tooLong({ digest }: BlobIdentity): LayoutError {
  return new LayoutError('SIZE_MISMATCH', `blob ${digest}: is longer than it says`, { digest });
}
