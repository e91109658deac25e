import { OciError } from './oci-error.ts';
import { quote } from './quote.ts';

/**
 * The media types of OCI images and of Docker's image format, version 2, schema 2.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/media-types.md
 */
export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  layerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  nondistributableLayer: 'application/vnd.oci.image.layer.nondistributable.v1.tar',
  nondistributableLayerGzip: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
  nondistributableLayerZstd: 'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd',
  empty: 'application/vnd.oci.empty.v1+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestV1: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerManifestV1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  dockerLayerTar: 'application/vnd.docker.image.rootfs.diff.tar',
  dockerLayerZstd: 'application/vnd.docker.image.rootfs.diff.tar.zstd',
  dockerForeignLayer: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
} as const;

/** How the tar archive of a layer is compressed. */
export type Compression = 'none' | 'gzip' | 'zstd';

const compressions: ReadonlyMap<string, Compression> = new Map<string, Compression>([
  [mediaTypes.layer, 'none'],
  [mediaTypes.layerGzip, 'gzip'],
  [mediaTypes.layerZstd, 'zstd'],
  [mediaTypes.nondistributableLayer, 'none'],
  [mediaTypes.nondistributableLayerGzip, 'gzip'],
  [mediaTypes.nondistributableLayerZstd, 'zstd'],
  [mediaTypes.dockerLayer, 'gzip'],
  [mediaTypes.dockerLayerTar, 'none'],
  [mediaTypes.dockerLayerZstd, 'zstd'],
  [mediaTypes.dockerForeignLayer, 'gzip'],
]);

/** Whether a media type is that of an image index or of Docker's manifest list. */
export function isIndexType(mediaType: string): boolean {
  return mediaType === mediaTypes.index || mediaType === mediaTypes.dockerManifestList;
}

/** Whether a media type is that of an image manifest, OCI's or Docker's schema 2. */
export function isManifestType(mediaType: string): boolean {
  return mediaType === mediaTypes.manifest || mediaType === mediaTypes.dockerManifest;
}

/** Whether a media type is that of Docker's old manifests, schema 1, which carry no config. */
export function isSchema1Type(mediaType: string): boolean {
  return (
    mediaType === mediaTypes.dockerManifestV1 || mediaType === mediaTypes.dockerManifestV1Signed
  );
}

/** The compression of a layer of this media type. Throws UNSUPPORTED_MEDIA_TYPE when it is no layer's. */
export function layerCompression(mediaType: string): Compression {
  const compression = compressions.get(mediaType);
  if (compression !== undefined) return compression;
  throw new OciError(
    'UNSUPPORTED_MEDIA_TYPE',
    `not the media type of a layer: ${quote(mediaType)}`,
    { hint: 'the image may be encrypted, or an artifact that is not a container image' },
  );
}
