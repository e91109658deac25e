import { openImageStore } from '@ctrkit/image-store';
import { layersOf, listLayerFiles } from '@ctrkit/rootfs';
import type { ImageLayer } from '@ctrkit/rootfs';
import { parsePlatform } from '@ctrkit/oci';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import type { ListedFile, ListImageFilesOptions } from './listed-file.ts';

/** What `listImageFiles` does. */
export async function listFiles(
  engine: Engine,
  nameOrId: string,
  { layer, platform, signal }: ListImageFilesOptions = {},
): Promise<ListedFile[]> {
  const store = await openImageStore(engine);
  const chosen = platform === undefined ? {} : { platform: parsePlatform(platform) };
  const image = await store.find(nameOrId, chosen);
  if (image === undefined) {
    throw new EngineError('IMAGE_NOT_FOUND', `No such image: ${nameOrId}`);
  }
  const all = layersOf(image);
  const wanted = layer === undefined ? [...all.keys()] : [indexOf(layer, all, nameOrId)];
  const files: ListedFile[] = [];
  for (const index of wanted) {
    const entries = await listLayerFiles(store.layout, all[index] as ImageLayer, { signal });
    files.push(...entries.map((entry) => ({ layer: index + 1, ...entry })));
  }
  return files;
}

const SHORTEST = 4;

function indexOf(text: string, layers: readonly ImageLayer[], image: string): number {
  const number = /^-?\d{1,3}$/.test(text) ? Number(text) : 0;
  const index = number < 0 ? layers.length + number : number - 1;
  if (layers[index] !== undefined) return index;
  const hex = text.replace(/^sha256:/, '');
  const isHex = new RegExp(`^[0-9a-f]{${SHORTEST},64}$`).test(hex);
  const fits = ({ diffId, descriptor }: ImageLayer): boolean =>
    [diffId, descriptor.digest].some((digest) => digest.startsWith(`sha256:${hex}`));
  const fitting = isHex ? layers.filter(fits) : [];
  if (fitting.length === 1) return layers.indexOf(fitting[0] as ImageLayer);
  const what = fitting.length === 0 ? 'has no layer' : 'has several layers';
  throw new EngineError('LAYER_NOT_FOUND', `image ${image}: ${what} ${text}`, {
    hint: `it has ${layers.length}: give a number from 1 to ${layers.length}, or digits of a digest`,
  });
}
