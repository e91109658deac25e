import { openImageStore } from '@ctrkit/image-store';
import type { ImageStore, StoredImage } from '@ctrkit/image-store';
import { familiarReference, OciError, parseReference } from '@ctrkit/oci';
import type { ImageConfig, Platform } from '@ctrkit/oci';
import { diffImages } from '@ctrkit/rootfs';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import type { ConfigChange, ImageDifference } from './image-difference.ts';

/** What `diffStoredImages` does. */
export async function diffStored(
  engine: Engine,
  before: string,
  after: string,
  { platform, signal }: { platform?: Platform; signal?: AbortSignal } = {},
): Promise<ImageDifference> {
  const store = await openImageStore({ root: engine.root });
  const [old, young] = [await find(store, before, platform), await find(store, after, platform)];
  const files = await diffImages(store.layout, old, young, signal === undefined ? {} : { signal });
  return { files, config: diffConfigs(old.config, young.config) };
}

async function find(
  store: ImageStore,
  name: string,
  platform: Platform | undefined,
): Promise<StoredImage> {
  const image = await store.find(name, platform === undefined ? {} : { platform });
  if (image !== undefined) return image;
  throw new EngineError('IMAGE_NOT_FOUND', `No such image: ${familiar(name)}`, {
    hint: `ctr pull ${name} fetches it`,
  });
}

function familiar(name: string): string {
  try {
    return familiarReference(parseReference(name));
  } catch (error) {
    // An id.
    if (error instanceof OciError) return name;
    throw error;
  }
}

function diffConfigs(before: ImageConfig, after: ImageConfig): ConfigChange[] {
  const [old, young] = [fieldsOf(before), fieldsOf(after)];
  const fields = [...new Set([...Object.keys(old), ...Object.keys(young)])].toSorted();
  return fields
    .filter((field) => sorted(old[field]) !== sorted(young[field]))
    .map((field) => ({ field, before: old[field], after: young[field] }));
}

// History, layers and the date tell how it was made, and not how it runs.
function fieldsOf(config: ImageConfig): Record<string, unknown> {
  const { config: run, rootfs: _rootfs, history: _history, created: _created, ...rest } = config;
  return { ...rest, ...run };
}

// The order of keys says nothing, that of a list does.
function sorted(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
