import type { Descriptor } from '@ctrkit/oci';
import { RegistryError } from '../registry-error.ts';
import { orAtOrigin } from './at-origin.ts';
import type { ImageSource } from './image-source.ts';

const MOST_BYTES = 4 * 1024 * 1024;

/** A small blob in memory, verified. Throws RESPONSE_TOO_LARGE beyond 4 MiB, and what the source throws. */
export async function readWholeBlob(
  source: ImageSource,
  blob: Descriptor,
  signal?: AbortSignal,
): Promise<Buffer> {
  if (blob.data !== undefined) return Buffer.from(blob.data, 'base64');
  if (blob.size > MOST_BYTES) {
    const what = `blob ${blob.digest}: has ${blob.size} bytes; at most 4 MiB are read`;
    throw new RegistryError('RESPONSE_TOO_LARGE', what);
  }
  return await orAtOrigin(source, async (from) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of from.open(blob, signal)) chunks.push(chunk);
    return Buffer.concat(chunks);
  });
}
