import { LayoutError } from './layout-error.ts';

/** The error for bytes that are not what their media type says. */
export function corrupt(compression: string, why: string, cause?: unknown): LayoutError {
  return new LayoutError('LAYER_CORRUPT', `layer: is not valid ${compression}: ${why}`, {
    hint: 'the image is broken at its source; ask its publisher',
    cause,
  });
}
