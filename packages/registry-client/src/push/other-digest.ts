import { digestAlgorithm, isDigest } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import type { HttpAnswer } from '../http/exchange.ts';

/**
 * The other digest under which a registry says that it keeps what was sent to it; undefined where it says nothing of the
 * kind. One of another algorithm is the registry's own affair.
 */
export function otherDigest({ headers }: HttpAnswer, digest: Digest): Digest | undefined {
  const said = headers['docker-content-digest'];
  if (!isDigest(said) || said === digest) return undefined;
  return digestAlgorithm(said) === digestAlgorithm(digest) ? said : undefined;
}
