import type { WalkData } from '@ctrkit/syscalls';
import { zeroBytes } from '../zero-bytes.ts';
import { paddingOf } from './header.ts';
import { archiveEnd, writeHeaders } from './write-header.ts';
import type { WrittenEntry } from './write-header.ts';

/** Turns entries and the pieces of their contents into the bytes of an archive. */
export class ArchiveWriter {
  #size = 0;
  #written = 0;

  /** An entry; its contents follow, as many bytes as it says. */
  *entry(entry: WrittenEntry): Generator<Buffer> {
    yield* this.close();
    yield writeHeaders(entry);
    this.#size = entry.size;
  }

  /** A piece of the last entry's contents; before it and between pieces are holes. */
  *data({ offset, content }: WalkData): Generator<Buffer> {
    const most = Math.max(0, this.#size - offset);
    // Of a link the contents were there with its first name, and what a file has grown by meanwhile has no room.
    if (offset < this.#written || most === 0) return;
    yield* zeroBytes(offset - this.#written);
    yield content.length > most ? content.subarray(0, most) : content;
    this.#written = offset + Math.min(content.length, most);
  }

  /** The rest of the last entry's contents. */
  *close(): Generator<Buffer> {
    yield* zeroBytes(this.#size - this.#written);
    yield* zeroBytes(paddingOf(this.#size));
    this.#size = this.#written = 0;
  }

  /** The end of the archive. */
  *end(): Generator<Buffer> {
    yield* this.close();
    yield Buffer.from(archiveEnd);
  }
}

const CHUNK = 256 * 1024;

/** The bytes of one record after the other in pieces that are worth a write. */
export async function* inChunks(records: AsyncIterable<Iterable<Buffer>>): AsyncGenerator<Buffer> {
  let batch: Buffer[] = [];
  let size = 0;
  for await (const parts of records) {
    for (const part of parts) {
      batch.push(part);
      size += part.length;
      if (size < CHUNK) continue;
      yield Buffer.concat(batch);
      [batch, size] = [[], 0];
    }
  }
  if (size > 0) yield Buffer.concat(batch);
}
