import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

function fromKernel(bytes: Buffer): void {
  const descriptor = openSync('/dev/urandom', 'r');
  try {
    // Up to 256 bytes are never cut short: random(4).
    readSync(descriptor, bytes);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * So many random bytes (at most 256) as hexadecimal digits, good for names that nobody may guess. Read from the kernel:
 * Node's own takes 2 ms to load, and serves only where there is no /dev.
 */
export function randomHex(length: number): string {
  const bytes = Buffer.alloc(length);
  try {
    fromKernel(bytes);
    return bytes.toString('hex');
  } catch {
    return randomBytes(length).toString('hex');
  }
}
