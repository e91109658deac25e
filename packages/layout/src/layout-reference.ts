import { LayoutError } from './layout-error.ts';

/** A layout on disk and, if given, the name of an image in it. */
export interface LayoutReference {
  directory: string;
  name?: string;
}

/**
 * Reads `oci:DIR` and `oci:DIR:NAME` as skopeo and umoci do: the directory ends at the first colon,
 * the name may hold more of them. Anything that does not begin with `oci:` gives undefined. Throws
 * LAYOUT_REFERENCE_INVALID when the directory, or the name after a colon, is empty.
 */
export function parseLayoutReference(text: string): LayoutReference | undefined {
  if (!text.startsWith('oci:')) return undefined;
  const [directory = '', ...rest] = text.slice('oci:'.length).split(':');
  const name = rest.join(':');
  if (directory === '' || (rest.length > 0 && name === '')) {
    throw new LayoutError('LAYOUT_REFERENCE_INVALID', `${text}: names no directory or no image`, {
      hint: 'write oci:DIRECTORY or oci:DIRECTORY:TAG',
    });
  }
  return rest.length === 0 ? { directory } : { directory, name };
}
