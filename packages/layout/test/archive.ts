import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tarOf } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import { madeLayout } from './helpers.ts';

/** The entries of a good archive of one image: a base for those that are not. */
export async function goodEntries(directory: string): Promise<TarEntry[]> {
  const { image } = await madeLayout(directory);
  const paths = [image.manifest, image.config, ...image.layers].map(
    ({ digest }) => `blobs/${digest.replace(':', '/')}`,
  );
  const all = ['oci-layout', 'index.json', ...paths];
  return await Promise.all(
    all.map(async (path): Promise<TarEntry> => {
      return { path, type: 'File', content: await readFile(join(directory, path)) };
    }),
  );
}

/** The header of a file whose size field holds these twelve bytes, with the checksum made right. */
export function headerOfSize(path: string, size: Buffer): Buffer {
  const block = tarOf([{ path, type: 'File', content: '' }]).subarray(0, 512);
  size.copy(block, 124);
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
