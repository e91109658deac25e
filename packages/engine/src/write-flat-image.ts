import { openImageStore } from '@ctrkit/image-store';
import { layersTree, packTree } from '@ctrkit/rootfs';
import { parsePlatform } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import type { FlattenImageOptions } from './flatten-image-options.ts';
import { prepareImage } from './image.ts';

/** What `flattenImage` does. */
export async function writeFlatImage(
  engine: Engine,
  nameOrId: string,
  options: FlattenImageOptions,
): Promise<Digest> {
  const { name, platform, author, changes = [], signal, onEvent } = options;
  const store = await openImageStore(engine);
  using ready = await prepareImage(engine, nameOrId, { pull: 'never', platform, signal }); // prettier-ignore
  const chosen = platform === undefined ? {} : { platform: parsePlatform(platform) };
  const image = await store.find(nameOrId, chosen);
  if (image?.id !== ready.id) {
    throw new EngineError('IMAGE_NOT_FOUND', `No such image: ${nameOrId}`, {
      hint: 'it was removed, or became another, while it was read: try again',
    });
  }
  const count = image.config.rootfs.diff_ids.length;
  const message = options.message ?? `flattened: ${count} ${count === 1 ? 'layer' : 'layers'}`;
  const { history: _, ...config } = image.config;
  const nothing = {
    manifest: { ...image.manifest, layers: [] },
    config: { ...config, rootfs: { type: 'layers' as const, diff_ids: [] } },
  };
  const files = packTree(layersTree(ready.layers), { withRoot: true, onEvent, signal });
  const { id } = await store.commit(nothing, files, {
    changes,
    message,
    ...(name !== undefined && { name }),
    ...(author !== undefined && { author }),
    ...(signal !== undefined && { signal }),
  });
  return id;
}
