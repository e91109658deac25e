// The object of a Buffer, and the piece of memory of the system that it came from, outweigh what is smaller.
const SMALL = 4 * 1024;
const SLAB = 64 * 1024;

/**
 * Chunks in the order in which they came. Small ones are copied together: however finely the sender cuts, what waits takes
 * little more memory than it has bytes.
 */
export class ChunkList {
  #chunks: Buffer[] = [];
  #slab: Buffer = Buffer.alloc(0);
  /** Bytes of the slab that are in use, and from where on they are the last chunk's. */
  #used = 0;
  #start = 0;
  #isOpen = false;

  add(chunk: Buffer): void {
    if (chunk.length >= SMALL) {
      this.#chunks.push(chunk);
      this.#isOpen = false;
    } else if (chunk.length > 0) this.#copy(chunk);
  }

  /** All of them; the list is empty then. */
  takeAll(): Buffer[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#isOpen = false;
    return chunks;
  }

  // What was handed out stays as it is: only what is unused yet is written to.
  #copy(chunk: Buffer): void {
    if (this.#used + chunk.length > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB);
      this.#used = 0;
      this.#isOpen = false;
    }
    if (this.#isOpen) this.#chunks.pop();
    else this.#start = this.#used;
    this.#isOpen = true;
    this.#used += chunk.copy(this.#slab, this.#used);
    this.#chunks.push(this.#slab.subarray(this.#start, this.#used));
  }
}
