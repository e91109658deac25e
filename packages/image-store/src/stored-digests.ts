import { join } from 'node:path';
import { namesIn } from '@ctrkit/durable';
import type { Layout } from '@ctrkit/layout';
import { isDigest } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';

/** The digests of all blobs that are there; files of other names are left out. */
export function storedDigests(layout: Layout): Digest[] {
  const found: Digest[] = [];
  for (const algorithm of ['sha256', 'sha512']) {
    for (const name of namesIn(join(layout.directory, 'blobs', algorithm))) {
      const digest = `${algorithm}:${name}`;
      if (isDigest(digest)) found.push(digest);
    }
  }
  return found;
}
