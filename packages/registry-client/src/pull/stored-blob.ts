import { hasBlob, LayoutError, readSmallBlob, removeBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import type { Descriptor } from '@ctrkit/oci';

/** A small blob that the layout has, verified; undefined when it has none, or a damaged one. */
export async function readStored(layout: Layout, blob: Descriptor): Promise<Buffer | undefined> {
  if (!(await hasBlob(layout, blob))) return undefined;
  try {
    return await readSmallBlob(layout, blob);
  } catch (error) {
    if (error instanceof LayoutError) return undefined;
    throw error;
  }
}

/** Removes a small blob that is in the layout but damaged, so that it is fetched again. */
export async function dropDamaged(layout: Layout, blob: Descriptor): Promise<void> {
  const isDamaged = (await hasBlob(layout, blob)) && (await readStored(layout, blob)) === undefined;
  if (isDamaged) await removeBlob(layout, blob.digest);
}
