import { prepareImage } from '@ctrkit/engine';
import type { RunnableImage } from '@ctrkit/engine';
import { defaultPath, formatPlatform } from '@ctrkit/oci';
import type { ImageRunConfig, Platform } from '@ctrkit/oci';
import { ociLayers, wholeHistory } from '@ctrkit/image-store';
import type { StoredImage } from '@ctrkit/image-store';
import { BuildError } from '../build-error.ts';
import type { Step } from '../build-event.ts';
import { keyOf } from '../cache/key.ts';
import type { State } from '../state.ts';
import type { World } from '../world.ts';

// As docker: without it, no shell of a Dockerfile would find a program.
function withPath(config: ImageRunConfig): ImageRunConfig {
  const { Env = [] } = config;
  if (Env.some((variable) => variable.startsWith('PATH='))) return config;
  return { ...config, Env: [...Env, `PATH=${defaultPath}`] };
}

/** FROM scratch: nothing. */
export function emptyState(platform: Platform): State {
  const key = keyOf({ type: 'scratch', platform: formatPlatform(platform) });
  return {
    filesKey: key,
    imageKey: key,
    layers: [],
    baseLayers: 0,
    history: [],
    platform,
    config: withPath({}),
    author: undefined,
    created: undefined,
  };
}

function stateOf({ config: image, manifest, id }: StoredImage): State {
  const { architecture, os, variant, created, author } = image;
  const platform = { os, architecture, ...(variant !== undefined && { variant }), ...osVersion(image) }; // prettier-ignore
  const layers = ociLayers(manifest);
  const { diff_ids } = image.rootfs;
  return {
    filesKey: keyOf({
      type: 'base',
      layers: diff_ids,
      platform: formatPlatform(platform),
    }),
    imageKey: keyOf({
      type: 'image',
      id,
    }),
    layers: diff_ids.flatMap((diffId, index) => {
      const descriptor = layers[index];
      return descriptor === undefined
        ? []
        : [
            {
              diffId,
              descriptor,
            },
          ];
    }),
    platform,
    author,
    created,
    config: withPath(image.config),
    history: wholeHistory(image),
    baseId: id,
    baseLayers: diff_ids.length,
  };
}

const osVersion = (image: StoredImage['config']): { 'os.version'?: string } =>
  image['os.version'] === undefined ? {} : { 'os.version': image['os.version'] };

// What is named by its digest is here, and cannot be another one in a registry.
const isId = (name: string): boolean => name.startsWith('sha256:');

/** An image as a stage begins with it. Throws what `prepareImage` throws. */
export async function imageState(
  world: World,
  name: string,
  { platform, step }: { readonly platform: Platform; readonly step: Step },
): Promise<State> {
  const { engine, options, signal, emit } = world;
  const prepared = await prepareImage(engine, name, {
    platform: formatPlatform(platform),
    pull: options.pull === true && !isId(name) ? 'always' : 'missing',
    signal,
    onEvent: (event) => emit({ type: 'image', step, event }),
  });
  world.keep(prepared);
  const image = await found(world, name, prepared, platform);
  return stateOf(image);
}

// Its name may mean another one by now.
async function found(
  { store }: World,
  name: string,
  { id }: RunnableImage,
  platform: Platform,
): Promise<StoredImage> {
  const named = await store.find(name, { platform, trusted: true });
  const image = named?.id === id ? named : await store.find(id, { platform, trusted: true });
  if (image !== undefined) return image;
  throw new BuildError('BASE_CHANGED', `image ${name} was removed or replaced while it was read`, {
    hint: 'build again',
  });
}
