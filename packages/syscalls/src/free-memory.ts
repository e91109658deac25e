import { addonBeside } from './child/addon.ts';
import { helperPath } from './helper-path.ts';

/**
 * Frees the memory that these bytes are the end of, at once: what streams by in large pieces would else stay until garbage is
 * collected, and each new piece would be of new pages. Nobody may have a use for any of it; bytes in the middle of their memory and
 * those small enough to be of Node's pool, which others share, are left alone. Throws HELPER_MISSING.
 */
export function freeMemory({ buffer, byteOffset, byteLength }: Uint8Array): void {
  const isTheEnd = byteOffset + byteLength === buffer.byteLength;
  if (isTheEnd && buffer.byteLength > Buffer.poolSize) addonBeside(helperPath()).detach(buffer);
}
