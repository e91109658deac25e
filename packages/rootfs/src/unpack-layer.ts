import type { OnEvent } from './events.ts';
import { completeLayer, findLeaning, leans } from './layer/complete-layer.ts';
import { LayerWriter } from './layer/layer-writer.ts';
import { PlanStream } from './layer/plan-stream.ts';
import { unpackStream, verifiedLayer } from './layer/unpack-stream.ts';
import type { LayerStream, VerifyOptions } from './layer/unpack-stream.ts';
import { choosePrivilege } from './privilege.ts';
import type { TarLimits } from './tar/tar-reader.ts';

/** Where the files of a layer go. */
export interface UnpackTarOptions {
  /** An empty directory. */
  readonly directory: string;
  /**
   * The layers below, the lowest first: asked for only when the layer leans on them.
   * @default there is none
   */
  readonly lowers?: (() => Promise<readonly string[]>) | undefined;
  readonly limits?: TarLimits | undefined;
  readonly onEvent?: OnEvent | undefined;
}

/** What a layer's bytes are, and where they go. */
export interface UnpackOptions extends UnpackTarOptions, VerifyOptions {}

export interface UnpackedLayer {
  /** Whether it is the same only upon these very layers. */
  readonly leans: boolean;
  /** Nothing of the layers below shows. */
  readonly opaque: boolean;
  /** Bytes of its files. */
  readonly size: number;
}

/**
 * Unpacks one layer, from its compressed bytes as they arrive, into a directory as overlayfs wants it: whiteouts
 * are character devices 0:0, opaque directories have an attribute. It counts only when this ends without an
 * error, for then source and diff id were verified; after an error the directory holds a part of it.
 * Throws LAYER_INVALID, DIFF_ID_MISMATCH, NO_SPACE, UNPACK_FAILED, NO_USER_NAMESPACES, what the source throws,
 * and layout's LAYER_CORRUPT and LAYER_TOO_LARGE.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md
 */
export async function unpackInto(
  source: AsyncIterable<Uint8Array>,
  { diffId, compression, disposable, signal, ...options }: UnpackOptions,
): Promise<UnpackedLayer> {
  const layer = verifiedLayer(source, { diffId, compression, disposable, signal });
  const { entries: _, ...unpacked } = await unpackTar(layer, options);
  return unpacked;
}

/** The same of an uncompressed layer; says how many entries there were. */
export async function unpackTar(
  layer: LayerStream,
  { directory, lowers, limits, onEvent }: UnpackTarOptions,
): Promise<UnpackedLayer & { readonly entries: number }> {
  const privilege = choosePrivilege();
  const plan = new PlanStream([...privilege.before, { op: 'root', path: directory }]);
  try {
    const writer = new LayerWriter(plan, { application: 'overlay', privilege, onEvent });
    const entries = await unpackStream(layer, writer, limits);
    const leaning = leans(findLeaning(writer.root));
    const below = leaning ? ((await lowers?.()) ?? []) : [];
    await completeLayer(writer, plan, below.toReversed(), privilege.opaqueAttribute);
    await plan.finish();
    const { root, size } = writer;
    return { leans: leaning && below.length > 0, opaque: root.opaque, size, entries };
  } catch (error) {
    await plan.abandon();
    throw error;
  }
}
