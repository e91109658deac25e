import { writeBlob } from '@ctrkit/layout';
import type { BlobIdentity, Layout } from '@ctrkit/layout';
import { mediaTypes } from '@ctrkit/oci';
import type { Descriptor, ImageConfig } from '@ctrkit/oci';

/**
 * Writes the configuration and the manifest of an image whose layers are there, and answers the manifest's descriptor.
 * Nothing names it yet. Throws what `writeBlob` throws.
 */
export async function writeImage(
  layout: Layout,
  config: ImageConfig,
  layers: readonly Descriptor[],
  annotations?: Readonly<Record<string, string>>,
): Promise<Descriptor> {
  const configBlob = await writeJson(layout, config);
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, ...configBlob },
    layers,
    ...(annotations !== undefined && { annotations }),
  };
  return { mediaType: mediaTypes.manifest, ...(await writeJson(layout, manifest)) };
}

async function writeJson(layout: Layout, value: object): Promise<BlobIdentity> {
  async function* bytes(): AsyncGenerator<Buffer, void, undefined> {
    yield Buffer.from(JSON.stringify(value));
  }
  return await writeBlob(layout, undefined, bytes());
}
