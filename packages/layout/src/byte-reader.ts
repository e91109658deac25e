import { asBuffer } from './verify-stream.ts';

/** Reads a stream of chunks in pieces of a chosen length, copying only where chunks meet. */
export class ByteReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #tooShort: () => Error;
  #rest: Buffer = Buffer.alloc(0);
  #taken = 0;
  #ended = false;

  /** @param tooShort makes the error for a source that ends in the middle of a piece */
  constructor(source: AsyncIterable<Uint8Array>, tooShort: () => Error) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#tooShort = tooShort;
  }

  /** How many bytes were asked of the source so far and handed out. */
  get position(): number {
    return this.#taken;
  }

  /** The next `length` bytes, or undefined at the end of the source. */
  async read(length: number): Promise<Buffer | undefined> {
    const pieces: Buffer[] = [];
    let missing = length;
    while (missing > 0 && (await this.#fill())) {
      const piece = this.#cut(missing);
      if (piece.length === length) return piece;
      pieces.push(piece);
      missing -= piece.length;
    }
    if (missing > 0 && pieces.length > 0) throw this.#tooShort();
    return missing > 0 ? undefined : Buffer.concat(pieces, length);
  }

  /** The next `length` bytes, which must be there. */
  async need(length: number): Promise<Buffer> {
    const bytes = await this.read(length);
    if (bytes === undefined) throw this.#tooShort();
    return bytes;
  }

  /** The next bytes as they come, at most `most`, or undefined at the end of the source. */
  async some(most: number): Promise<Buffer | undefined> {
    return (await this.#fill()) ? this.#cut(most) : undefined;
  }

  /** Passes over `length` bytes. */
  async skip(length: number): Promise<void> {
    for (let left = length; left > 0;) {
      const piece = await this.some(left);
      if (piece === undefined) throw this.#tooShort();
      left -= piece.length;
    }
  }

  /** Lets go of the source. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#iterator.return?.();
  }

  #cut(most: number): Buffer {
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(piece.length);
    this.#taken += piece.length;
    return piece;
  }

  async #fill(): Promise<boolean> {
    while (this.#rest.length === 0 && !this.#ended) {
      const next = await this.#iterator.next();
      if (next.done === true) this.#ended = true;
      else this.#rest = asBuffer(next.value);
    }
    return this.#rest.length > 0;
  }
}
