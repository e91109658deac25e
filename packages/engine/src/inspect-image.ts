import { openImageStore } from '@ctrkit/image-store';
import type { ImageDetails } from '@ctrkit/image-store';
import type { Engine } from './engine.ts';
import { storageOf } from '@ctrkit/rootfs';
import { unpackedImage } from './image-size.ts';

/** The directories of an image's layers, as overlay takes them. */
export interface GraphDriver {
  /** As docker says it: `vfs` where the layers of an image are kept together only. */
  readonly Name: 'overlay' | 'vfs';
  /** Null where it is not unpacked, or not by layers. */
  readonly Data: { readonly LowerDir?: string; readonly UpperDir: string } | null;
}

/**
 * All that is known of an image, under docker's names; `Size` is that of its files where it is unpacked, as docker's is,
 * else of what is stored of it. Throws as `ImageStore.inspect`.
 */
export async function inspectImage(
  engine: Engine,
  nameOrId: string,
): Promise<ImageDetails & { readonly GraphDriver: GraphDriver }> {
  const details = await (await openImageStore(engine)).inspect(nameOrId);
  const unpacked = unpackedImage(engine, details.RootFS.Layers);
  const isTogether = storageOf(engine.root) === 'copy';
  const [top, ...lower] = (unpacked?.directories ?? []).toReversed();
  return {
    ...details,
    Size: unpacked?.size ?? details.Size,
    GraphDriver: {
      Name: isTogether ? 'vfs' : 'overlay',
      Data:
        top === undefined || isTogether
          ? null
          : { ...(lower.length > 0 && { LowerDir: lower.join(':') }), UpperDir: top },
    },
  };
}
