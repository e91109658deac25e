import { openImageStore } from '@ctrkit/image-store';
import type { ImageRecord } from '@ctrkit/image-store';
import { familiarReference, parseReference } from '@ctrkit/oci';
import type { Digest, Reference } from '@ctrkit/oci';
import type { PushEvent } from '@ctrkit/registry-client';
import { EngineError } from './engine-error.ts';
import type { Engine } from './engine.ts';
import { platformOf } from './image-events.ts';
import type { ImageOptions } from './image-events.ts';
import { mountSources } from './mount-sources.ts';
import type { Mountable } from './mount-sources.ts';

/** How images are pushed. */
export interface PushImageOptions extends Pick<ImageOptions, 'signal'> {
  /** `os/architecture[/variant]`. Default: all that is here. */
  readonly platform?: string | undefined;
  /** Every tag of the repository. Default `false`. */
  readonly allTags?: boolean;
  readonly onEvent?: (event: PushEvent) => void;
  /** Called for each tag when the registry has it. */
  readonly onPushed?: (image: PushedImage) => void;
}

/** What a tag of the registry names now. */
export interface PushedImage {
  readonly tag: string;
  readonly digest: Digest;
  /** Bytes of its manifest or index. */
  readonly size: number;
}

/** An image of the store with a tag. */
interface Tagged {
  readonly record: ImageRecord;
  readonly reference: Reference & { readonly tag: string };
}

/**
 * Pushes the image of a name, or every tag of its repository, to the registry that the name says. Blobs that another
 * image of that registry has too are taken over there. Throws IMAGE_NOT_FOUND, NAME_INVALID, RegistryError, LayoutError.
 */
export async function pushImage(
  engine: Engine,
  name: string,
  options: PushImageOptions = {},
): Promise<void> {
  const wanted = parseReference(name);
  if (wanted.digest !== undefined) {
    throw new EngineError('NAME_INVALID', 'cannot push a digest reference');
  }
  const store = await openImageStore({ root: engine.root });
  const all = taggedImages(await store.list());
  const images = imagesFor(all, wanted, options.allTags ?? false);
  const { push, userRegistryClient } = await import('@ctrkit/registry-client');
  const client = await userRegistryClient({
    onMessage: (text) => options.onEvent?.({ type: 'message', text }),
  });
  // What is being read must not be taken for garbage.
  const lease = await store.lease(images.map(({ record }) => record.target.digest));
  try {
    const others = all.filter(({ record }) => record.problem === undefined);
    const mountFrom = await mountSources(store.layout, others.map(mountable), wanted);
    const { signal, onEvent, onPushed } = options;
    const { platform } = platformOf({ platform: options.platform });
    for (const { record, reference } of images) {
      const { descriptor } = await push(store.layout, record.target, reference, {
        client,
        mountFrom,
        ...(platform !== undefined && { platforms: platform }),
        ...(signal !== undefined && { signal }),
        ...(onEvent !== undefined && { onEvent }),
      });
      onPushed?.({ tag: reference.tag, digest: descriptor.digest, size: descriptor.size });
    }
  } finally {
    client.close();
    await lease.release();
  }
}

function taggedImages(records: readonly ImageRecord[]): Tagged[] {
  return records.flatMap((record) => {
    if (record.name === undefined) return [];
    const { tag, ...rest } = parseReference(record.name);
    return tag === undefined ? [] : [{ record, reference: { ...rest, tag } }];
  });
}

function imagesFor(all: readonly Tagged[], wanted: Reference, allTags: boolean): Tagged[] {
  const { registry, repository, tag } = wanted;
  const inRepository = all.filter(({ reference }) => isIn(reference, registry, repository));
  if (inRepository.length === 0) {
    const name = familiarReference({ registry, repository });
    throw notFound(`An image does not exist locally with the tag: ${name}`);
  }
  const images = allTags
    ? inRepository
    : inRepository.filter(({ reference }) => reference.tag === tag);
  if (images.length === 0) throw notFound(`tag does not exist: ${familiarReference(wanted)}`);
  return images;
}

function isIn(reference: Reference, registry: string, repository: string): boolean {
  return reference.registry === registry && reference.repository === repository;
}

function notFound(message: string): EngineError {
  return new EngineError('IMAGE_NOT_FOUND', message, { hint: 'ctr images lists what there is' });
}

const mountable = ({ record, reference }: Tagged): Mountable => ({
  manifest: record.manifestDescriptor,
  reference,
});
