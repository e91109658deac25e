import { invalidLayer } from '../rootfs-error.ts';

/** Takes bytes out of a stream of chunks; what lies within one chunk is handed out without a copy. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** How many bytes can be had without waiting. */
  get ready(): number {
    return this.#chunk.length - this.#at;
  }

  /** Exactly that many bytes; undefined at the end of the stream. Throws LAYER_INVALID when it ends among them. */
  async take(length: number): Promise<Buffer | undefined> {
    if (this.ready >= length) return this.takeReady(length);
    const parts: Buffer[] = [];
    let missing = length;
    while (missing > 0) {
      const part = await this.piece(missing);
      if (part === undefined && missing === length) return undefined;
      if (part === undefined) throw truncated();
      parts.push(part);
      missing -= part.length;
    }
    return parts.length === 1 ? parts[0] : Buffer.concat(parts, length);
  }

  /** Exactly that many bytes, of which `ready` says that they are there. */
  takeReady(length: number): Buffer {
    this.#at += length;
    return this.#chunk.subarray(this.#at - length, this.#at);
  }

  /** Some bytes, at most that many; undefined at the end of the stream. */
  async piece(most: number): Promise<Buffer | undefined> {
    while (this.ready === 0) {
      const next = await this.#source.next();
      if (next.done === true) return undefined;
      this.#chunk = next.value;
      this.#at = 0;
    }
    return this.takeReady(Math.min(most, this.ready));
  }

  /** Throws LAYER_INVALID when the stream ends before that. */
  async skip(length: number): Promise<void> {
    for (let missing = length; missing > 0;) {
      const part = await this.piece(missing);
      if (part === undefined) throw truncated();
      missing -= part.length;
    }
  }

  /** Reads the stream to its end, where a verifying one has its say. */
  async drain(): Promise<void> {
    while ((await this.piece(Number.MAX_SAFE_INTEGER)) !== undefined);
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}

function truncated(): Error {
  return invalidLayer('the archive ends in the middle of an entry');
}
