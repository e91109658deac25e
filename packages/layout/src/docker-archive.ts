import {
  digestAlgorithm,
  digestHex,
  formatReference,
  mediaTypes,
  parseImageConfig,
  parseJson,
  parseReference,
} from '@ctrkit/oci';
import type { Compression, Descriptor, Digest } from '@ctrkit/oci';
import { pathIn } from './archive-contents.ts';
import type { ArchiveContents, ArchivedFile } from './archive-contents.ts';
import { invalid } from './archive-entries.ts';
import { diffIdOf, isOwnDiffId } from './diff-id.ts';
import { LayoutError } from './layout-error.ts';
import type { Layout } from './layout.ts';
import { nameAnnotations } from './names.ts';
import { readSmallBlob } from './read-blob.ts';
import { writeBlob } from './write-blob.ts';

const MOST_HOPS = 8;

/** An image of the older docker form, by the paths of its parts. */
interface DockerImage {
  config: string;
  names: string[];
  layers: string[];
}

/**
 * Makes images of an archive in docker's form without an index (`docker save` before 25, `podman save`,
 * skopeo's `docker-archive:`): its configurations are kept as they are, so that ids stay, and each gets a
 * manifest. Every layer is held against its diff id. Answers an entry for each name, one without for an image
 * that has none. Throws ARCHIVE_INVALID, ARCHIVE_INCOMPLETE, DIGEST_MISMATCH, oci's CONFIG_INVALID.
 */
export async function dockerImages(
  layout: Layout,
  contents: ArchiveContents,
): Promise<Descriptor[]> {
  const known = new Map<string, Digest>();
  const entries: Descriptor[] = [];
  for (const image of parseImages(contents.dockerManifest)) {
    const manifest = await makeManifest(layout, contents, image, known);
    const named = image.names.map((name) => ({ ...manifest, annotations: nameAnnotations(name) }));
    entries.push(...(named.length === 0 ? [manifest] : named));
  }
  return entries;
}

function parseImages(bytes: Buffer | undefined): DockerImage[] {
  if (bytes === undefined) throw invalid('has neither an index.json nor a manifest.json');
  try {
    const list = parseJson(bytes);
    if (!Array.isArray(list)) throw new Error('not a list');
    return list.map(parseImage);
  } catch (cause) {
    throw cause instanceof LayoutError
      ? cause
      : invalid('has a manifest.json of no valid form', cause);
  }
}

function parseImage(value: unknown): DockerImage {
  const { Config, RepoTags, Layers } = (value ?? {}) as Record<string, unknown>;
  if (typeof Config !== 'string') throw new Error('an image without Config');
  return { config: Config, names: strings(RepoTags).map(fullName), layers: strings(Layers) };
}

function strings(value: unknown): string[] {
  const list = value ?? [];
  if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list;
  throw new Error('not a list of strings');
}

function fullName(text: string): string {
  const { digest, ...reference } = parseReference(text);
  if (digest !== undefined || reference.tag === undefined) throw new Error(`${text}: not a tag`);
  return formatReference(reference);
}

async function makeManifest(
  layout: Layout,
  contents: ArchiveContents,
  image: DockerImage,
  known: Map<string, Digest>,
): Promise<Descriptor> {
  const { digest, size } = fileAt(contents, image.config);
  requireName(image.config, digest);
  const config = parseImageConfig(await readSmallBlob(layout, { digest, size }));
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== image.layers.length) {
    throw invalid(`contradicts itself: ${image.layers.length} layers, ${diffIds.length} diff ids`);
  }
  const layers: Descriptor[] = [];
  for (const [at, diffId] of diffIds.entries()) {
    layers.push(await checkedLayer(layout, contents, image.layers[at] ?? '', diffId, known));
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest, size },
    layers,
  };
  const blob = await writeBlob(layout, undefined, bytesOf(JSON.stringify(manifest)));
  return { mediaType: mediaTypes.manifest, ...blob };
}

async function checkedLayer(
  layout: Layout,
  contents: ArchiveContents,
  path: string,
  diffId: Digest,
  known: Map<string, Digest>,
): Promise<Descriptor> {
  const { compression, digest, size } = fileAt(contents, path);
  const file = { digest, size };
  const key = `${digestAlgorithm(diffId)} ${digest}`;
  const actual = isOwnDiffId(file, compression, diffId)
    ? digest
    : (known.get(key) ?? (await diffIdOf(layout, file, compression, digestAlgorithm(diffId))));
  known.set(key, actual);
  if (actual !== diffId) throw mismatch(path, diffId, actual);
  return { mediaType: layerTypes[compression], ...file };
}

const layerTypes: Record<Compression, string> = {
  none: mediaTypes.layer,
  gzip: mediaTypes.layerGzip,
  zstd: mediaTypes.layerZstd,
};

// Layers that images share are links, relative to where they stand, in what docker wrote until 2024.
function fileAt({ files, links }: ArchiveContents, text: string): ArchivedFile {
  let path = pathIn(text);
  for (let hops = 0; hops < MOST_HOPS; hops += 1) {
    const file = files.get(path);
    if (file !== undefined) return file;
    const next = links.get(path);
    if (next === undefined) break;
    path = next;
  }
  throw new LayoutError('ARCHIVE_INCOMPLETE', `archive: has no ${JSON.stringify(text)}`, {
    hint: 'it was not copied to its end, or made from an incomplete image',
  });
}

// Docker and podman name a configuration by its digest.
function requireName(path: string, digest: Digest): void {
  const said = /(?:^|\/)([0-9a-f]{64})\.json$/.exec(path)?.[1];
  if (said !== undefined && said !== digestHex(digest)) {
    throw mismatch(path, `sha256:${said}`, digest);
  }
}

function mismatch(path: string, expected: Digest, actual: Digest): LayoutError {
  const what = `archive: ${JSON.stringify(path)} is not ${expected}`;
  return new LayoutError('DIGEST_MISMATCH', what, {
    digest: expected,
    expected,
    actual,
    hint: 'it was damaged on the way, or is not what it says: save the image again',
  });
}

async function* bytesOf(text: string): AsyncGenerator<Buffer, void, undefined> {
  yield Buffer.from(text);
}
