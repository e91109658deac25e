import { Readable } from 'node:stream';
import { digestAlgorithm, digestHex, mediaTypes } from '@ctrkit/oci';
import type { Descriptor, ImageIndex } from '@ctrkit/oci';
import { dockerManifest } from './docker-manifest.ts';
import { imageBlobs } from './image-blobs.ts';
import type { ImageBlobs } from './image-blobs.ts';
import { LayoutError } from './layout-error.ts';
import { MARKER, MARKER_TEXT } from './layout.ts';
import type { Layout } from './layout.ts';
import { nameAnnotations, REF_NAME } from './names.ts';
import { readBlob } from './read-blob.ts';
import { tarDirectory, tarEnd, tarHeader, tarPadding } from './tar-header.ts';

/** An image in an archive, and its name there. */
export interface ArchivedImage {
  name?: string;
  descriptor: Descriptor;
}

/** What an archive need not hold. */
export interface WriteLayoutTarOptions {
  /** Images that the receiver has: their blobs are left out, and the archive's index.json says so. */
  since?: readonly ArchivedImage[];
}

/** The annotation of the index.json of an archive that names, with digests, what its receiver must have. */
export const SINCE = 'io.ctrkit.archive.since';

/**
 * A tar stream of a layout that holds these images and nothing else. The same images give the same
 * bytes. Named as `nameAnnotations` has it, so that skopeo finds them by tag and docker by full name; a
 * tag that two of them share is written in full. `manifest.json`, for `docker load` of any age, is
 * included. Blobs are verified on the way: an archive that ended without an error is right. The stream
 * fails with ARCHIVE_INCOMPLETE (before its first byte) when the layout lacks a blob, and with what
 * `readBlob` throws.
 */
export function writeLayoutTar(
  layout: Layout,
  images: readonly ArchivedImage[],
  { since = [] }: WriteLayoutTarOptions = {},
): Readable {
  const source = archive(layout, images, since);
  return Readable.from(source, { objectMode: false, highWaterMark: 1024 * 1024 });
}

async function* archive(
  layout: Layout,
  images: readonly ArchivedImage[],
  since: readonly ArchivedImage[],
): AsyncGenerator<Buffer, void, undefined> {
  const known = new Set((await collect(layout, since)).map(({ digest }) => digest));
  const all = await collect(layout, images);
  const blobs = all.filter(({ digest }) => !known.has(digest));
  const algorithms = [...new Set(blobs.map(({ digest }) => digestAlgorithm(digest)))];
  yield* small(MARKER, MARKER_TEXT);
  yield tarDirectory('blobs/');
  for (const algorithm of algorithms) yield tarDirectory(`blobs/${algorithm}/`);
  for (const blob of blobs) {
    yield tarHeader(`blobs/${digestAlgorithm(blob.digest)}/${digestHex(blob.digest)}`, blob.size);
    yield* readBlob(layout, blob);
    yield tarPadding(blob.size);
  }
  const loadable = await dockerManifest(layout, images);
  if (loadable.length > 0) yield* small('manifest.json', JSON.stringify(loadable));
  // Last, as on disk: a stream that was cut short has no index.
  yield* small('index.json', JSON.stringify(indexOf(images, since)));
  yield tarEnd();
}

async function collect(layout: Layout, images: readonly ArchivedImage[]): Promise<Descriptor[]> {
  const found: ImageBlobs[] = [];
  for (const { descriptor } of images) found.push(await imageBlobs(layout, descriptor));
  const [missing] = found.flatMap((image) => image.missing);
  if (missing !== undefined) {
    throw new LayoutError('ARCHIVE_INCOMPLETE', `blob ${missing.digest}: is not in the layout`, {
      path: layout.directory,
      digest: missing.digest,
      hint: 'pull the image again',
    });
  }
  const present = found.flatMap((image) => image.present);
  return [...new Map(present.map((blob) => [blob.digest, blob])).values()];
}

function indexOf(images: readonly ArchivedImage[], since: readonly ArchivedImage[]): ImageIndex {
  const named = images.map(({ name, descriptor }) => ({
    name,
    descriptor,
    annotations: name === undefined ? {} : nameAnnotations(name),
  }));
  const isShared = (tag: string | undefined): boolean =>
    named.filter(({ annotations }) => annotations[REF_NAME] === tag).length > 1;
  const manifests = named.map(({ name, descriptor, annotations }): Descriptor => {
    const inFull = name !== undefined && isShared(annotations[REF_NAME]);
    const unique = inFull ? { [REF_NAME]: name } : {};
    const all = { ...withoutNames(descriptor), ...annotations, ...unique };
    const { annotations: _, ...bare } = descriptor;
    return Object.keys(all).length === 0 ? bare : { ...bare, annotations: all };
  });
  const names = since.map(({ name, descriptor: { digest } }) => `${name ?? ''}@${digest}`);
  const partial = names.length === 0 ? {} : { annotations: { [SINCE]: names.join(' ') } };
  return { schemaVersion: 2, mediaType: mediaTypes.index, manifests, ...partial };
}

function withoutNames(descriptor: Descriptor): Record<string, string> {
  const entries = Object.entries(descriptor.annotations ?? {});
  return Object.fromEntries(entries.filter(([key]) => !nameKeys.has(key)));
}

const nameKeys = new Set(['org.opencontainers.image.ref.name', 'io.containerd.image.name']);

function* small(path: string, text: string): Generator<Buffer, void, undefined> {
  const bytes = Buffer.from(text);
  yield tarHeader(path, bytes.length);
  yield bytes;
  yield tarPadding(bytes.length);
}
