import { ensureLayers, layersOf } from '@ctrkit/rootfs';
import type { RootfsEvent } from '@ctrkit/rootfs';
import type { PullEvent } from '@ctrkit/registry-client';
import { openImageStore } from '@ctrkit/image-store';
import type { ImageStore, Lease, StoredImage } from '@ctrkit/image-store';
import { familiarReference, parsePlatform, parseReference } from '@ctrkit/oci';
import type { Digest, ImageConfig } from '@ctrkit/oci';
import { EngineError } from './engine-error.ts';
import type { Engine } from './engine.ts';

/** What happens to an image on its way to a container; layers go by the digest of their blob. */
export type ImageEvent =
  | PullEvent
  | {
      readonly type: 'layer';
      readonly id: string;
      readonly status: 'unpacking' | 'done';
    };

export interface ImageOptions {
  /** `os/architecture[/variant]`; default: this machine's. */
  readonly platform?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: (event: ImageEvent) => void;
}

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

const platformOf = ({ platform }: ImageOptions): { platform?: ReturnType<typeof parsePlatform> } =>
  platform === undefined ? {} : { platform: parsePlatform(platform) };

async function download(store: ImageStore, name: string, options: ImageOptions): Promise<void> {
  const { signal, onEvent } = options;
  // Most runs fetch nothing, and need not wait for an HTTP client to load.
  const { createRegistryClient, dockerConfigCredentials, pull } =
    await import('@ctrkit/registry-client');
  const client = createRegistryClient({ credentials: dockerConfigCredentials() });
  let lease: Lease | undefined;
  try {
    await pull(parseReference(name), store.layout, {
      client,
      ...platformOf(options),
      ...(signal === undefined ? {} : { signal }),
      ...(onEvent === undefined ? {} : { onEvent }),
      // What is on its way must not be taken for garbage.
      onResolved: async (digests) => {
        lease = await store.lease(digests);
      },
    });
  } finally {
    client.close();
    await lease?.release();
  }
}

const notFound = (name: string): EngineError =>
  new EngineError('IMAGE_NOT_FOUND', `No such image: ${familiarReference(parseReference(name))}`, {
    hint: `ctr pull ${name} fetches it`,
  });

async function obtain(
  store: ImageStore,
  name: string,
  options: PrepareOptions,
): Promise<StoredImage> {
  const { pull: policy = 'missing', onEvent } = options;
  const stored = policy === 'always' ? undefined : await store.find(name, platformOf(options));
  if (stored !== undefined) return stored;
  const familiar = familiarReference(parseReference(name));
  if (policy === 'never') throw notFound(name);
  if (policy === 'missing') {
    onEvent?.({ type: 'message', text: `Unable to find image '${familiar}' locally` });
  }
  await download(store, name, options);
  const pulled = await store.find(name, platformOf(options));
  if (pulled === undefined) throw notFound(name);
  return pulled;
}

// To a user a layer is one thing: what is unpacked goes by the name of what was downloaded.
function unpackingEvents(
  image: StoredImage,
  onEvent: ((event: ImageEvent) => void) | undefined,
): (event: RootfsEvent) => void {
  const blobs = new Map(layersOf(image).map((layer) => [layer.diffId as string, layer.descriptor]));
  return (event) => {
    if (event.type === 'dropped') {
      onEvent?.({ type: 'message', text: `left out ${event.what} ${event.path}` });
    } else if (event.status !== 'exists') {
      onEvent?.({ ...event, status: event.status, id: blobs.get(event.id)?.digest ?? event.id });
    }
  };
}

/**
 * Downloads an image and records its name; what is there already is not fetched. Returns the name in its familiar
 * form and the digest that it now means. Throws RegistryError and what it names.
 */
export async function pullImage(
  engine: Engine,
  name: string,
  options: ImageOptions = {},
): Promise<{ readonly name: string; readonly digest: Digest }> {
  const store = await openImageStore({ root: engine.root });
  await download(store, name, options);
  const image = await store.find(name, platformOf(options));
  if (image === undefined) throw notFound(name);
  return { name: familiarReference(parseReference(name)), digest: image.target.digest };
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
  const store = await openImageStore({ root: engine.root });
  const image = await obtain(store, name, options);
  const layers = await ensureLayers(store.layout, image, {
    root: engine.root,
    onEvent: unpackingEvents(image, onEvent),
    ...(signal === undefined ? {} : { signal }),
  });
  return { name, id: image.id, config: image.config, layers };
}
