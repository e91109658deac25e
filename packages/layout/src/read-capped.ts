import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { errnoOf, explainSystemError } from '@ctrkit/durable';

/**
 * The bytes of a small file, read in one go; of a longer one the first `limit` + 1, so that it can be told. Undefined
 * where there is none.
 */
export function readCapped(path: string, limit: number): Buffer | undefined {
  try {
    // O_NONBLOCK: a named pipe in a foreign layout must not stop us for ever.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return readUpTo(descriptor, Math.min(fstatSync(descriptor).size, limit) + 1);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw explainSystemError(error, path);
  }
}

/** What a descriptor gives from where it is until its end, or the first `length` bytes. */
export function readUpTo(descriptor: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  for (let count = 1; count > 0; filled += count) {
    count = readSync(descriptor, buffer, filled, length - filled, null);
  }
  return buffer.subarray(0, filled);
}
