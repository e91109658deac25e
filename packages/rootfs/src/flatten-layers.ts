import { layerCompression } from '@ctrkit/oci';
import type { OnEvent } from './events.ts';
import type { ImageLayer } from './image-layers.ts';
import type { UseLayer } from './layer-bytes.ts';
import { DirectoryTimes } from './layer/directory-times.ts';
import { LayerWriter } from './layer/layer-writer.ts';
import type { OperationSink } from './layer/operation-sink.ts';
import { unpackStream, verifiedLayer } from './layer/unpack-stream.ts';
import { choosePrivilege } from './privilege.ts';
import type { TarLimits } from './tar/tar-reader.ts';

export interface FlattenOptions {
  /** The layers' compressed bytes. */
  readonly use: UseLayer;
  /** Those of the directories that are there already. @default there are none */
  readonly times?: DirectoryTimes;
  readonly limits?: TarLimits | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: OnEvent | undefined;
}

/** Lays layers one over the other, the lowest first, into one tree, in which what they remove is removed. Throws what `unpackInto` throws. */
export async function flattenLayers(
  layers: readonly ImageLayer[],
  sink: OperationSink,
  { use, times = new DirectoryTimes(), limits, signal, onEvent }: FlattenOptions,
): Promise<void> {
  const shared = { application: 'flatten', privilege: choosePrivilege(), onEvent, times } as const;
  try {
    for (const { descriptor, diffId } of layers) {
      onEvent?.({ type: 'layer', id: diffId, status: 'unpacking' });
      const compression = layerCompression(descriptor.mediaType);
      await use(descriptor, async ({ bytes, disposable }) => {
        const layer = verifiedLayer(bytes, { diffId, compression, disposable, signal });
        await unpackStream(layer, new LayerWriter(sink, shared), limits);
      });
      onEvent?.({ type: 'layer', id: diffId, status: 'done' });
    }
    await new LayerWriter(sink, shared).finish();
    await sink.finish();
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}
