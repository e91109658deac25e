import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** What an image is made of. */
export interface ImageParts {
  /** Uncompressed tar archives, the lowest first. */
  readonly layers: readonly Uint8Array[];
  /** The `config` field of the image configuration. */
  readonly config?: object;
  /** Written as `org.opencontainers.image.ref.name`. @default latest */
  readonly tag?: string;
  /** @default gzip */
  readonly compression?: 'none' | 'gzip';
  /** @default the architecture that node runs on */
  readonly architecture?: string;
}

interface Blob {
  readonly digest: `sha256:${string}`;
  readonly size: number;
}

/** The digests of a written image. */
export interface MadeImage {
  readonly manifest: Blob & { readonly mediaType: string };
  readonly config: Blob;
  readonly layers: readonly Blob[];
  readonly diffIds: readonly string[];
}

const oci = 'application/vnd.oci.image';
const architectures: Record<string, string> = { x64: 'amd64', ia32: '386' };

function sha256(bytes: Uint8Array): `sha256:${string}` {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

async function writeBlob(directory: string, bytes: Uint8Array): Promise<Blob> {
  const digest = sha256(bytes);
  await writeFile(join(directory, 'blobs', 'sha256', digest.slice('sha256:'.length)), bytes);
  return { digest, size: bytes.length };
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/**
 * Writes an OCI image layout with one image into a directory, made when missing. It uses nothing
 * of the packages under test. Equal parts give equal bytes.
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export async function makeImageLayout(directory: string, parts: ImageParts): Promise<MadeImage> {
  await mkdir(join(directory, 'blobs', 'sha256'), { recursive: true });
  const gzip = parts.compression !== 'none';
  const layers = [];
  for (const layer of parts.layers) {
    layers.push(await writeBlob(directory, gzip ? gzipSync(layer) : layer));
  }
  const diffIds = parts.layers.map(sha256);
  const platform = {
    architecture: parts.architecture ?? architectures[process.arch] ?? process.arch,
    os: 'linux',
  };
  const config = await writeBlob(
    directory,
    json({
      created: '1970-01-01T00:00:00Z',
      ...platform,
      config: parts.config ?? {},
      rootfs: { type: 'layers', diff_ids: diffIds },
      history: diffIds.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'test' })),
    }),
  );
  const mediaType = `${oci}.manifest.v1+json`;
  const manifest = await writeBlob(
    directory,
    json({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: `${oci}.config.v1+json`, ...config },
      layers: layers.map((layer) => ({
        mediaType: `${oci}.layer.v1.tar${gzip ? '+gzip' : ''}`,
        ...layer,
      })),
    }),
  );
  const annotations = { 'org.opencontainers.image.ref.name': parts.tag ?? 'latest' };
  await writeFile(join(directory, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  await writeFile(
    join(directory, 'index.json'),
    json({
      schemaVersion: 2,
      mediaType: `${oci}.index.v1+json`,
      manifests: [{ mediaType, ...manifest, annotations, platform }],
    }),
  );
  return { manifest: { mediaType, ...manifest }, config, layers, diffIds };
}
