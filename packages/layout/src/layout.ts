import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { explainSystemError, sweepTemporaries, withLock, writeFileAtomic } from '@ctrkit/durable';
import { mediaTypes, parseJson } from '@ctrkit/oci';
import { LayoutError } from './layout-error.ts';
import { readCapped } from './read-capped.ts';

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
  const marker = readMarker(layout);
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

function readMarker(layout: Layout): Uint8Array | undefined {
  return readCapped(join(layout.directory, MARKER), MARKER_LIMIT);
}

// The marker comes last: a layout that has one has all of it, and an interrupted making is repeated.
async function createLayout(layout: Layout): Promise<void> {
  try {
    mkdirSync(join(layout.directory, 'blobs', 'sha256'), { recursive: true });
  } catch (error) {
    throw explainSystemError(error, layout.directory);
  }
  await withLock(indexLockPath(layout), () => writeEmpty(layout));
}

async function writeEmpty(layout: Layout): Promise<void> {
  if (readMarker(layout) !== undefined) return;
  const empty = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] };
  const index = join(layout.directory, 'index.json');
  if (!existsSync(index)) {
    await writeFileAtomic(index, JSON.stringify(empty), { mode: 0o644 });
  }
  await writeFileAtomic(join(layout.directory, MARKER), MARKER_TEXT, { mode: 0o644 });
}

function notFound(directory: string): LayoutError {
  return new LayoutError('LAYOUT_NOT_FOUND', `${directory}: is not an OCI image layout`, {
    path: directory,
    hint: 'name a directory that holds an oci-layout file',
  });
}
