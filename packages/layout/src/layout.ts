import { open, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  errnoOf,
  explainSystemError,
  sweepTemporaries,
  withLock,
  writeFileAtomic,
} from '@ctrkit/durable';
import { mediaTypes, parseJson } from '@ctrkit/oci';
import { LayoutError } from './layout-error.ts';

/**
 * A directory that holds an OCI image layout: `oci-layout`, `index.json`, `blobs/<algorithm>/<hex>`.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 */
export interface Layout {
  readonly directory: string;
}

export const MARKER = 'oci-layout';
export const MARKER_TEXT = '{"imageLayoutVersion":"1.0.0"}';
const MARKER_LIMIT = 4096;

/** The lock under which index.json is replaced; the innermost of all locks. */
export function indexLockPath(layout: Layout): string {
  return join(layout.directory, '.index.lock');
}

/**
 * Opens the layout in `directory`. With `create`, for those who mean to write, an absent or unfinished
 * one is made first, and what killed writers left half-made is removed; what is whole stays. Throws LAYOUT_NOT_FOUND, LAYOUT_INVALID (another version, or no layout at all);
 * with `create` also durable's NO_SPACE, READ_ONLY, PERMISSION_DENIED.
 */
export async function openLayout(
  directory: string,
  { create = false }: { create?: boolean } = {},
): Promise<Layout> {
  const layout: Layout = { directory };
  const marker = await readMarker(layout);
  if (marker !== undefined) parseMarker(marker, join(directory, MARKER));
  else if (create) await createLayout(layout);
  else throw notFound(directory);
  if (create) await sweepTemporaries(directory);
  return layout;
}

/** Checks the bytes of an `oci-layout` file. Throws LAYOUT_INVALID, naming `path`. */
export function parseMarker(bytes: Uint8Array, path: string): void {
  const version = markerVersion(bytes, path);
  if (version === '1.0.0') return;
  throw new LayoutError('LAYOUT_INVALID', `${path}: is not of image layout version 1.0.0`, {
    path,
    expected: '1.0.0',
    ...(typeof version === 'string' && { actual: version }),
  });
}

function markerVersion(bytes: Uint8Array, path: string): unknown {
  try {
    const value = parseJson(bytes, { maxBytes: MARKER_LIMIT });
    if (typeof value !== 'object' || value === null) return undefined;
    return (value as Record<string, unknown>)['imageLayoutVersion'];
  } catch (cause) {
    throw new LayoutError('LAYOUT_INVALID', `${path}: is not an OCI layout marker`, {
      path,
      cause,
    });
  }
}

async function readMarker(layout: Layout): Promise<Uint8Array | undefined> {
  const path = join(layout.directory, MARKER);
  try {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(MARKER_LIMIT + 1));
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw explainSystemError(error, path);
  }
}

// The marker comes last: a layout that has one has all of it, and an interrupted making is repeated.
async function createLayout(layout: Layout): Promise<void> {
  try {
    await mkdir(join(layout.directory, 'blobs', 'sha256'), { recursive: true });
  } catch (error) {
    throw explainSystemError(error, layout.directory);
  }
  await withLock(indexLockPath(layout), () => writeEmpty(layout));
}

async function writeEmpty(layout: Layout): Promise<void> {
  if ((await readMarker(layout)) !== undefined) return;
  const empty = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] };
  const index = join(layout.directory, 'index.json');
  if (!(await exists(index))) {
    await writeFileAtomic(index, JSON.stringify(empty), { mode: 0o644 });
  }
  await writeFileAtomic(join(layout.directory, MARKER), MARKER_TEXT, { mode: 0o644 });
}

async function exists(path: string): Promise<boolean> {
  try {
    await (await open(path, 'r')).close();
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function notFound(directory: string): LayoutError {
  return new LayoutError('LAYOUT_NOT_FOUND', `${directory}: is not an OCI image layout`, {
    path: directory,
    hint: 'name a directory that holds an oci-layout file',
  });
}
