import { LayoutError } from '@ctrkit/layout';
import type { ImageSource } from './image-source.ts';

/**
 * Reads from a source, and when its bytes turn out to be wrong where mirrors took part, once more from the registry itself.
 * Throws what `read` throws.
 */
export async function orAtOrigin<T>(
  source: ImageSource,
  read: (source: ImageSource) => Promise<T>,
): Promise<T> {
  try {
    return await read(source);
  } catch (error) {
    if (source.atOrigin === undefined || !isWrong(error)) throw error;
    return await read(source.atOrigin);
  }
}

function isWrong(error: unknown): boolean {
  if (!(error instanceof LayoutError)) return false;
  return error.code === 'DIGEST_MISMATCH' || error.code === 'SIZE_MISMATCH';
}
