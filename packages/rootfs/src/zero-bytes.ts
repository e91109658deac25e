const zeros = Buffer.alloc(64 * 1024);

/** So many zeros, in pieces that are the same memory: nobody changes them. */
export function* zeroBytes(count: number): Generator<Buffer> {
  for (let left = count; left > 0; left -= zeros.length) {
    yield left < zeros.length ? zeros.subarray(0, left) : zeros;
  }
}
