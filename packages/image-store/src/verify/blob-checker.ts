import { diffIdOf, LayoutError, readBlob } from '@ctrkit/layout';
import type { BlobIdentity, Layout } from '@ctrkit/layout';
import { digestAlgorithm, layerCompression } from '@ctrkit/oci';
import type { Descriptor, Digest } from '@ctrkit/oci';
import type { ProblemCode } from './problem.ts';

/** What was found out about one blob. */
export type Finding =
  | { readonly ok: true; readonly diffId?: Digest }
  | { readonly ok: false; readonly code: ProblemCode; readonly message: string };

const codes: ReadonlyMap<string, ProblemCode> = new Map<string, ProblemCode>([
  ['BLOB_NOT_FOUND', 'BLOB_MISSING'],
  ['SIZE_MISMATCH', 'SIZE_WRONG'],
  ['DIGEST_MISMATCH', 'DIGEST_WRONG'],
  ['LAYOUT_INVALID', 'NOT_A_FILE'],
  ['LAYER_CORRUPT', 'DIFF_ID_WRONG'],
  ['LAYER_TOO_LARGE', 'DIFF_ID_WRONG'],
]);

/** Reads blobs to their end, each once, whoever asks for it and however often. */
export class BlobChecker {
  readonly #layout: Layout;
  readonly #findings = new Map<string, Promise<Finding>>();
  #bytes = 0;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** How many bytes were read. */
  get bytes(): number {
    return this.#bytes;
  }

  get blobs(): number {
    return new Set([...this.#findings.keys()].map((key) => key.split(' ', 1)[0])).size;
  }

  /** Whether a blob is what its descriptor says. */
  async check(blob: BlobIdentity): Promise<Finding> {
    return await this.#once(`${blob.digest} ${blob.size}`, async () => {
      for await (const chunk of readBlob(this.#layout, blob)) this.#bytes += chunk.length;
      return { ok: true };
    });
  }

  /** The same for a layer, which is decompressed as well: its finding has the diff id. */
  async checkLayer(layer: Descriptor, diffId: Digest): Promise<Finding> {
    const algorithm = digestAlgorithm(diffId);
    return await this.#once(`${layer.digest} ${layer.size} ${algorithm}`, async () => {
      const compression = layerCompression(layer.mediaType);
      this.#bytes += layer.size;
      return { ok: true, diffId: await diffIdOf(this.#layout, layer, compression, algorithm) };
    });
  }

  /** Forgets what was found out about a blob, which was replaced. */
  forget(digest: Digest): void {
    for (const key of this.#findings.keys()) {
      if (key.startsWith(`${digest} `)) this.#findings.delete(key);
    }
  }

  #once(key: string, look: () => Promise<Finding>): Promise<Finding> {
    const finding = this.#findings.get(key) ?? look().catch(problemOf);
    this.#findings.set(key, finding);
    return finding;
  }
}

function problemOf(error: unknown): Finding {
  const code = error instanceof LayoutError ? codes.get(error.code) : undefined;
  if (code === undefined) throw error;
  return { ok: false, code, message: (error as LayoutError).message };
}
