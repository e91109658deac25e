import type { Layout } from '@ctrkit/layout';
import { chainIds } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import type { OnEvent } from './events.ts';
import { filesOf } from './find-layer.ts';
import { claimIds } from './layer-claims.ts';
import { beginLayer, commitLayer, syncLayer } from './layer-store.ts';
import { LayerWriter } from './layer/layer-writer.ts';
import { showOperations } from './layer/operation-sink.ts';
import { unpackStream } from './layer/unpack-stream.ts';
import { choosePrivilege } from './privilege.ts';
import { removeTree } from './remove-tree.ts';
import { chooseStorage } from './storage.ts';
import type { TarLimits } from './tar/tar-reader.ts';
import { tee } from './tee.ts';
import { unpackTar } from './unpack-layer.ts';
import type { UnpackedLayer } from './unpack-layer.ts';
import { writeLayerBlob } from './written-layer.ts';
import type { LayerBlob, WrittenLayer } from './written-layer.ts';

export interface WriteLayerOptions {
  /** Where everything is kept: the layer goes to `layers/` in it. */
  readonly root: string;
  /** Where the blob goes. A lease of the caller's keeps it there. */
  readonly layout: Layout;
  /**
   * The layers below, the lowest first, for a layer that leans on them: their diff ids and their directories.
   * @default there is none
   */
  readonly below?: {
    readonly diffIds: readonly Digest[];
    readonly directories: readonly string[];
  };
  /** Takes the layer that is not on the disk yet, for `syncLayers`. @default it is synced by a process of its own */
  readonly onUnsynced?: ((path: string) => void) | undefined;
  readonly limits?: TarLimits | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: OnEvent | undefined;
}

/**
 * Writes an uncompressed layer as a compressed blob of the layout and unpacks it into the store, as its bytes arrive and both at once. Undefined
 * where the archive has no entries: then there is no layer. After an error there is none, and killed at any point it is whole
 * or absent. Throws what the bytes throw, what `unpackInto` and layout's `writeBlob` throw, the reason of `signal`.
 */
export async function writeLayer(
  tar: AsyncIterable<Uint8Array>,
  options: WriteLayerOptions,
): Promise<WrittenLayer | undefined> {
  const { root, layout, below, limits, signal, onEvent } = options;
  if ((await chooseStorage(root)) === 'copy') return await writeBlobAlone(tar, options);
  // Its name tells nothing yet: what it is is known at the end.
  const temporary = await beginLayer(root, `sha256:${'0'.repeat(64)}`);
  try {
    const lowers = below && (() => Promise.resolve(below.directories));
    const place = { directory: filesOf(temporary), lowers, limits, onEvent };
    const written = await whileWritten(tar, layout, signal, (bytes) =>
      unpackTar({ bytes, disposable: false }, place),
    );
    const { value: unpacked, blob } = written;
    const isEmpty = unpacked.entries === 0;
    if (isEmpty) await removeTree(temporary);
    return isEmpty ? undefined : await keepLayer(temporary, unpacked, blob, options);
  } catch (error) {
    await removeTree(temporary);
    throw error;
  }
}

// Where layers are not kept by themselves, the next one to need it lays it over those below.
async function writeBlobAlone(
  tar: AsyncIterable<Uint8Array>,
  { root, layout, limits, signal }: WriteLayerOptions,
): Promise<WrittenLayer | undefined> {
  const { value, blob } = await whileWritten(tar, layout, signal, async (bytes) => {
    const nowhere = showOperations(() => {});
    const shared = { application: 'overlay', privilege: choosePrivilege() } as const;
    return await unpackStream(
      { bytes, disposable: false },
      new LayerWriter(nowhere, shared),
      limits,
    );
  });
  if (value === 0) return undefined;
  const claim = await claimIds(root, [blob.diffId], signal === undefined ? {} : { signal });
  return { ...blob, claim };
}

/** Writes the blob, and does something else with the same bytes. */
async function whileWritten<T>(
  tar: AsyncIterable<Uint8Array>,
  layout: Layout,
  signal: AbortSignal | undefined,
  take: (bytes: AsyncIterable<Buffer>) => Promise<T>,
): Promise<{ readonly value: T; readonly blob: LayerBlob }> {
  const failed = new AbortController();
  const { first, second } = tee(stoppable(tar, failed.signal));
  const blob = writeLayerBlob(layout, second, { signal });
  blob.catch((error: unknown) => {
    failed.abort(error);
    second.destroy();
  });
  // Of both, so that nothing is written any more when this throws.
  const [unpacked, written] = await Promise.allSettled([take(first), blob]);
  // Where the blob failed first, that is why the other did; where the other did, the blob is only cut off.
  if (unpacked.status === 'rejected') throw unpacked.reason;
  if (written.status === 'rejected') throw written.reason;
  return { value: unpacked.value, blob: written.value };
}

async function* stoppable(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    signal.throwIfAborted();
    yield chunk;
  }
}

async function keepLayer(
  temporary: string,
  { leans, opaque, size }: UnpackedLayer,
  { diffId, descriptor }: LayerBlob,
  { root, below, onUnsynced = syncLayer, signal }: WriteLayerOptions,
): Promise<WrittenLayer> {
  const chainId = chainIds([...(below?.diffIds ?? []), diffId]).at(-1) ?? diffId;
  const claim = await claimIds(root, [diffId, chainId], signal === undefined ? {} : { signal });
  try {
    const record = { diffId, opaque, size, ...(leans && { chainId }) };
    const path = await commitLayer(root, temporary, record.chainId ?? diffId, record);
    onUnsynced(path);
    return { diffId, descriptor, directory: filesOf(path), claim };
  } catch (error) {
    claim.release();
    throw error;
  }
}
