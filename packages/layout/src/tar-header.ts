import { Header, Pax } from 'tar';

const BLOCK = 512;
// Fixed, so that the same images give the same archive.
const owner = { uid: 0, gid: 0, mtime: new Date(0) };

/** The header of a regular file, 0644, with a pax header before it where ustar cannot say it. */
export function tarHeader(path: string, size: number): Buffer {
  const data = { ...owner, path, size, mode: 0o644, type: 'File' as const };
  const block = Buffer.alloc(BLOCK);
  const needsPax = new Header(data).encode(block);
  return needsPax ? Buffer.concat([new Pax({ path, size }).encode(), block]) : block;
}

/** The header of a directory, 0755. */
export function tarDirectory(path: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  new Header({ ...owner, path, size: 0, mode: 0o755, type: 'Directory' }).encode(block);
  return block;
}

/** The zeroes that fill the last block of a body of that size. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** The two empty blocks at the end of an archive. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}
