import { moveToTrash } from '@ctrkit/durable';
import { hasBlob, removeBlob, writeBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import type { Descriptor, Reference } from '@ctrkit/oci';
import { emptyBlobTrash, trashDirectory } from '../collect-garbage.ts';
import { replaceable } from './problem.ts';
import type { FoundProblem } from './problem.ts';

/** Fetches a blob or a manifest of that digest from the repository of a reference. */
export type FetchAgain = (from: Reference, blob: Descriptor) => AsyncIterable<Uint8Array>;

/**
 * Puts one problem right: what an image needs is fetched again and takes its place when it has proved right; what
 * nobody needs goes. Answers why not, where it cannot, and undefined where it did.
 */
export async function repairProblem(
  layout: Layout,
  problem: FoundProblem,
  fetchAgain: FetchAgain,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { code, descriptor, sources, images, path } = problem;
  if (code === 'FOREIGN_FILE') return 'it may be somebody’s: remove it yourself';
  if (!replaceable.has(code) || descriptor === undefined)
    return 'it was made wrongly at its source';
  if (code === 'NOT_A_FILE') await discard(layout, path);
  if (images.length === 0) {
    await removeBlob(layout, descriptor.digest);
    return undefined;
  }
  let failure = 'it has no name that tells a registry: load it again';
  for (const source of sources) {
    try {
      const bytes = fetchAgain(source, descriptor);
      await writeBlob(layout, descriptor, bytes, signal === undefined ? {} : { signal });
      return (await hasBlob(layout, descriptor)) ? undefined : 'it is gone again';
    } catch (error) {
      signal?.throwIfAborted();
      failure = (error as Error).message;
    }
  }
  return failure;
}

async function discard(layout: Layout, path: string): Promise<void> {
  await moveToTrash(path, trashDirectory(layout));
  await emptyBlobTrash(layout);
}
