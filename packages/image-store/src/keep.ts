import { hasBlob, updateIndex } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import type { Descriptor } from '@ctrkit/oci';
import { withNameless } from './entries.ts';

/**
 * Keeps an image whose name another got, without a name, as docker does; one that has a name already, or whose
 * manifest is gone, is left as it is. Its blobs must be leased until then. Throws what `updateIndex` throws.
 */
export async function keepNameless(layout: Layout, target: Descriptor): Promise<void> {
  if (!(await hasBlob(layout, target))) return;
  await updateIndex(layout, (index) => ({
    ...index,
    manifests: withNameless(index.manifests, target),
  }));
}
