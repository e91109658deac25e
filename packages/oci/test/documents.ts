import { digestOf, mediaTypes } from '@ctrkit/oci';

/** A JSON document's bytes. */
export function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** A descriptor of some content. */
export function descriptor(mediaType: string, content = mediaType): Record<string, unknown> {
  return { mediaType, digest: digestOf(content), size: Buffer.byteLength(content) };
}

/** A whole manifest of one layer, with changes. */
export function manifest(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: descriptor(mediaTypes.config),
    layers: [descriptor(mediaTypes.layerGzip)],
    ...changes,
  };
}

/** A whole index of one manifest, with changes. */
export function index(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [descriptor(mediaTypes.manifest)],
    ...changes,
  };
}

/** A whole image config, with changes to its `config`. */
export function imageConfig(config: Record<string, unknown> | null = {}): Record<string, unknown> {
  return {
    architecture: 'amd64',
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: [digestOf('layer')] },
  };
}
