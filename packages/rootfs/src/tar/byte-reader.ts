import { invalidLayer } from '../rootfs-error.ts';

const nothing: Buffer = Buffer.alloc(0);

/**
 * Takes bytes out of a stream of chunks; what lies within one chunk is handed out without a copy. What is `ready` is had
 * without waiting: a turn of the loop for each field of each entry would cost more than reading it.
 */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #chunk: Buffer = nothing;
  #at = 0;
  /** What follows `#chunk`, where bytes of two chunks were joined. */
  #after: Buffer = nothing;
  readonly #passed: (chunk: Buffer) => void;
  #last: Buffer | undefined;

  /** @param passed told of each chunk of which all has been taken */
  constructor(source: AsyncIterable<Buffer>, passed: (chunk: Buffer) => void = () => {}) {
    this.#source = source[Symbol.asyncIterator]();
    this.#passed = passed;
  }

  /** How many bytes can be had without waiting. */
  get ready(): number {
    return this.#chunk.length - this.#at;
  }

  /** Sees to it that so many bytes are ready; false where the stream ends before. */
  async fill(length: number): Promise<boolean> {
    const parts: Buffer[] = [];
    let missing = length;
    while (missing > this.ready) {
      missing -= this.ready;
      if (this.ready > 0) parts.push(this.takeReady(this.ready));
      else if (!(await this.#advance())) break;
    }
    if (parts.length === 0) return missing <= this.ready;
    const complete = missing <= this.ready;
    parts.push(this.takeReady(Math.min(missing, this.ready)));
    this.#after = this.#chunk.subarray(this.#at);
    this.#chunk = Buffer.concat(parts);
    this.#at = 0;
    return complete;
  }

  async #advance(): Promise<boolean> {
    if (this.#after.length > 0) {
      this.#chunk = this.#after;
      this.#after = nothing;
    } else {
      const next = await this.#source.next();
      if (next.done === true) return false;
      if (this.#last !== undefined) this.#passed(this.#last);
      this.#chunk = this.#last = next.value;
    }
    this.#at = 0;
    return true;
  }

  /** Exactly that many bytes; undefined at the end of the stream. Throws LAYER_INVALID when it ends among them. */
  async take(length: number): Promise<Buffer | undefined> {
    if (await this.fill(length)) return this.takeReady(length);
    if (this.ready > 0) throw truncated();
    return undefined;
  }

  /** Exactly that many bytes, of which `ready` says that they are there. */
  takeReady(length: number): Buffer {
    this.#at += length;
    return this.#chunk.subarray(this.#at - length, this.#at);
  }

  /** Some bytes, at most that many; undefined at the end of the stream. */
  async piece(most: number): Promise<Buffer | undefined> {
    if (!(await this.fill(1))) return undefined;
    return this.takeReady(Math.min(most, this.ready));
  }

  /** Passes over what is ready of so many bytes; how many are left to pass over. */
  skipReady(length: number): number {
    const skipped = Math.min(length, this.ready);
    this.#at += skipped;
    return length - skipped;
  }

  /** Reads the stream to its end, where a verifying one has its say. */
  async drain(): Promise<void> {
    while (await this.fill(1)) this.skipReady(this.ready);
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}

function truncated(): Error {
  return invalidLayer('the archive ends in the middle of an entry');
}
