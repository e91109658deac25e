import { invalidLayer } from '../rootfs-error.ts';

/** The prefix of a file that says that its sibling of that name is gone. */
export const WHITEOUT = '.wh.';
/** The name of a file that says that nothing of the layers below shows in its directory. */
export const OPAQUE = '.wh..wh..opq';
/** What aufs kept for itself; nothing of the image. */
const AUFS = '.wh..wh.';

const LONGEST_NAME = 255;
const LONGEST_PATH = 4095;

/** An entry's path as components; none for the root itself. */
export type Components = readonly string[];

/**
 * Splits a path of an archive (bytes, held as latin1). Slashes at its beginning are dropped, as are `.` and empty
 * components. Throws LAYER_INVALID: on `..`, a NUL, a name or path too long for Linux, and, in a layer, a whiteout on the way.
 */
export function splitPath(path: string, isLayer = true): Components {
  const components = path.split('/').filter((name) => name !== '' && name !== '.');
  if (path.includes('\0')) throw invalidLayer('a name with a NUL', path);
  if (components.includes('..')) throw invalidLayer('leads out of the layer', path);
  if (path.length > LONGEST_PATH || components.some((name) => name.length > LONGEST_NAME)) {
    throw invalidLayer('has a name that is too long', path);
  }
  if (isLayer && components.slice(0, -1).some((name) => name.startsWith(WHITEOUT))) {
    throw invalidLayer('is inside a whiteout', path);
  }
  return components;
}

/** What a name says about lower layers. */
export type Mark =
  | { readonly kind: 'none' }
  | { readonly kind: 'whiteout'; readonly name: string }
  | { readonly kind: 'opaque' }
  | { readonly kind: 'ignored' };

export const unmarked: Mark = { kind: 'none' };

/**
 * The mark that an entry's last name is. Throws LAYER_INVALID where it removes what is no single name.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#whiteouts
 */
export function markOf(name: string, path: string): Mark {
  if (!name.startsWith(WHITEOUT)) return unmarked;
  if (name === OPAQUE) return { kind: 'opaque' };
  if (name.startsWith(AUFS)) return { kind: 'ignored' };
  const removed = name.slice(WHITEOUT.length);
  if (removed === '' || removed === '.' || removed === '..') {
    throw invalidLayer('a whiteout of nothing', path);
  }
  return { kind: 'whiteout', name: removed };
}
