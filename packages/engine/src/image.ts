import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureLayers } from '@ctrkit/rootfs';
import { openImageStore } from '@ctrkit/image-store';
import type { ImageStore, StoredImage } from '@ctrkit/image-store';
import { familiarReference, parseReference } from '@ctrkit/oci';
import type { Digest, ImageConfig } from '@ctrkit/oci';
import { EngineError } from './engine-error.ts';
import type { Engine } from './engine.ts';
import { explained } from './explained.ts';
import { platformOf, unpackingEvents } from './image-events.ts';
import type { ImageOptions } from './image-events.ts';

export interface PrepareOptions extends ImageOptions {
  /** When to ask the registry. Default `missing`. */
  readonly pull?: 'missing' | 'always' | 'never';
}

/** An image whose layers are unpacked. */
export interface RunnableImage {
  /** As the user named it. */
  readonly name: string;
  /** The digest of its configuration. */
  readonly id: Digest;
  readonly config: ImageConfig;
  /** The layers' directories, the lowest first. */
  readonly layers: readonly string[];
}

const notFound = (name: string): EngineError =>
  new EngineError('IMAGE_NOT_FOUND', `No such image: ${familiarReference(parseReference(name))}`, {
    hint: `ctr pull ${name} fetches it`,
  });

async function fetchImage(
  engine: Engine,
  store: ImageStore,
  name: string,
  options: ImageOptions,
): Promise<StoredImage> {
  const { downloadImage } = await import('./download.ts');
  await downloadImage(engine, store, name, options);
  const image = await store.find(name, platformOf(options));
  if (image === undefined) throw notFound(name);
  return image;
}

async function obtain(
  engine: Engine,
  store: ImageStore,
  name: string,
  options: PrepareOptions,
): Promise<StoredImage> {
  const { pull = 'missing', onEvent } = options;
  const stored =
    pull === 'always'
      ? undefined
      : await store.find(name, { ...platformOf(options), trusted: true });
  if (stored !== undefined) return stored;
  if (pull === 'never') throw notFound(name);
  if (pull === 'missing') {
    const familiar = familiarReference(parseReference(name));
    onEvent?.({ type: 'message', text: `Unable to find image '${familiar}' locally` });
  }
  return fetchImage(engine, store, name, options);
}

/**
 * Downloads an image, records its name and unpacks its layers; what is there already is not fetched. Returns the name in
 * its familiar form and the digest that it now means. Throws RegistryError, RootfsError and what they name.
 */
export async function pullImage(
  engine: Engine,
  name: string,
  options: ImageOptions = {},
): Promise<{ readonly name: string; readonly digest: Digest }> {
  const store = await openImageStore({ root: engine.root });
  const image = await fetchImage(engine, store, name, options);
  return { name: familiarReference(parseReference(name)), digest: image.target.digest };
}

// An overlay has at least one lower directory, and an image may have no layer.
function emptyLayer(engine: Engine): string {
  const path = join(engine.root, 'layers/empty');
  explained(path, () => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o755);
  });
  return path;
}

/**
 * Makes an image ready to run: finds it, or pulls it as `pull` says, and unpacks what is not unpacked yet.
 * Throws IMAGE_NOT_FOUND, RegistryError, RootfsError, LayoutError.
 */
export async function prepareImage(
  engine: Engine,
  name: string,
  options: PrepareOptions = {},
): Promise<RunnableImage> {
  const { signal, onEvent } = options;
  // Whoever starts a container meanwhile goes first: the kernel's slow steps then run while we look.
  await new Promise((resolve) => setImmediate(resolve));
  const store = await openImageStore({ root: engine.root });
  const image = await obtain(engine, store, name, options);
  const layers = await ensureLayers(store.layout, image, {
    root: engine.root,
    onEvent: unpackingEvents(image, onEvent),
    ...(signal === undefined ? {} : { signal }),
  });
  return {
    name,
    id: image.id,
    config: image.config,
    layers: layers.length === 0 ? [emptyLayer(engine)] : layers,
  };
}
