import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { claimLayers, ensureLayers, isUnpacked } from '@ctrkit/rootfs';
import type { LayerClaim, LayeredImage } from '@ctrkit/rootfs';
import { openImageStore } from '@ctrkit/image-store';
import type { ImageStore, StoredImage } from '@ctrkit/image-store';
import { familiarReference, parseReference } from '@ctrkit/oci';
import type { Digest, ImageConfig } from '@ctrkit/oci';
import type { DownloadOptions } from './download.ts';
import { EngineError } from './engine-error.ts';
import { afterOthers } from './after-others.ts';
import type { Engine } from './engine.ts';
import { explained } from './explained.ts';
import { platformOf, unpackingEvents } from './image-events.ts';
import type { ImageOptions } from './image-events.ts';

export interface PrepareOptions extends ImageOptions {
  /** When to ask the registry. Default `missing`. */
  readonly pull?: 'missing' | 'always' | 'never';
}

/**
 * An image whose layers are unpacked, and stay so for the containers that are to be made of it: while this process
 * lives, or until it is released. A container that was made keeps its layers itself.
 */
export interface RunnableImage extends Disposable {
  /** As the user named it. */
  readonly name: string;
  /** The digest of its configuration. */
  readonly id: Digest;
  readonly config: ImageConfig;
  /** The layers' directories, the lowest first. */
  readonly layers: readonly string[];
  /** No more containers are made of it. */
  release(): void;
}

/** What a pull brought. */
export interface PulledImage {
  /** In its familiar form. */
  readonly name: string;
  /** What the name now means. */
  readonly digest: Digest;
  /** Whether it means something else than before, or parts of it were missing. */
  readonly isNew: boolean;
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
 * Downloads an image, records its name and unpacks its layers; what is there already is not fetched. Throws RegistryError, RootfsError and what they name.
 */
export async function pullImage(
  engine: Engine,
  name: string,
  options: DownloadOptions = {},
): Promise<PulledImage> {
  const store = await openImageStore({ root: engine.root });
  const { downloadImage } = await import('./download.ts');
  const { target, changed, downloadedBytes } = await downloadImage(engine, store, name, options);
  return {
    name: familiarReference(parseReference(name)),
    digest: target.digest,
    isNew: changed || downloadedBytes > 0,
  };
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
  await afterOthers();
  const store = await openImageStore({ root: engine.root });
  for (let tries = 1; ; tries++) {
    try {
      const image = await obtain(engine, store, name, options);
      await afterOthers();
      return await prepared(engine, store, { ...image, given: name }, options);
    } catch (error) {
      if (tries === TRIES || !isRaced(error, options)) throw error;
    }
  }
}

// Somebody who prunes all the time is not waited for.
const TRIES = 5;

// Removed while we looked it up, or between our finding it and our claiming it: to be obtained again.
function isRaced(error: unknown, { pull }: PrepareOptions): boolean {
  const { code } = error as { code?: unknown };
  return code === 'BLOB_NOT_FOUND' || (code === 'IMAGE_NOT_FOUND' && pull !== 'never');
}

const prepared = async (
  engine: Engine,
  store: ImageStore,
  image: StoredImage & { readonly given: string },
  options: PrepareOptions,
): Promise<RunnableImage> =>
  await prepareLayered(
    engine,
    store,
    { ...image, name: image.given, leased: [image.target.digest, image.id] },
    options,
  );

/** An image that no name leads to, and that need not be written: what a build has between two steps. */
export type UnnamedImage = LayeredImage & Pick<RunnableImage, 'name' | 'id'>;

/**
 * Makes such an image ready to run. A lease of the caller's keeps its blobs. Throws RootfsError, LayoutError where one of them is
 * damaged or gone.
 */
export async function prepareLayers(
  engine: Engine,
  image: UnnamedImage,
  options: ImageOptions = {},
): Promise<RunnableImage> {
  const store = await openImageStore({ root: engine.root });
  return await prepareLayered(engine, store, { ...image, leased: [] }, options);
}

type Leasable = UnnamedImage & { readonly leased: readonly Digest[] };

async function prepareLayered(
  engine: Engine,
  store: ImageStore,
  image: Leasable,
  options: ImageOptions,
): Promise<RunnableImage> {
  const claim = await claimLayers(engine.root, image, signalled(options.signal));
  try {
    const layers = await unpackMissing(engine, store, image, options, claim);
    return {
      name: image.name,
      id: image.id,
      config: image.config,
      layers: layers.length === 0 ? [emptyLayer(engine)] : layers,
      release: () => claim.release(),
      [Symbol.dispose]: () => claim.release(),
    };
  } catch (error) {
    claim.release();
    throw error;
  }
}

// What must be unpacked first is kept from garbage collection meanwhile; most runs unpack nothing.
async function unpackMissing(
  engine: Engine,
  store: ImageStore,
  image: Leasable,
  { signal, onEvent }: ImageOptions,
  claim: LayerClaim,
): Promise<string[]> {
  await using _ = isUnpacked(engine.root, image)
    ? undefined
    : await store.lease(image.leased, signalled(signal));
  return await ensureLayers(store.layout, image, {
    root: engine.root,
    claim,
    onEvent: unpackingEvents(image, onEvent),
    ...signalled(signal),
  });
}

const signalled = (signal: AbortSignal | undefined): { signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };
