import type { Digest, Reference } from '@ctrkit/oci';
import type { PushOptions } from '../push/push.ts';
import type { RegistryClient } from '../registry-client.ts';
import { RegistryError } from '../registry-error.ts';
import type { Repository } from './repository.ts';

// A signature of an inventory of an image: more than that is a game.
const DEEPEST = 4;
const MOST = 1000;

/** Copies one manifest by its digest; answers what it consists of. */
export type CopyOne = (from: Reference, to: Reference) => Promise<Digest[]>;

/**
 * Copies what is about these manifests, and what is about that. Throws IMAGE_INVALID for more than a thousand of them, and what
 * `copyOne` and `RegistryClient.referrers` throw.
 */
export async function copyReferrers(
  client: RegistryClient,
  subjects: readonly Digest[],
  { from, to }: { from: Repository; to: Repository },
  copyOne: CopyOne,
  { signal }: Pick<PushOptions, 'signal'>,
): Promise<void> {
  const seen = new Set<Digest>(subjects);
  let level = [...subjects];
  for (let depth = 0; level.length > 0 && depth < DEEPEST; depth += 1) {
    const next: Digest[] = [];
    for (const subject of level) {
      const passOn = signal === undefined ? {} : { signal };
      for await (const { digest } of client.referrers({ ...from, digest: subject }, passOn)) {
        if (seen.has(digest)) continue;
        seen.add(digest);
        if (seen.size - subjects.length > MOST) throw tooMany(from);
        next.push(...(await copyOne({ ...from, digest }, { ...to, digest })));
      }
    }
    level = next;
  }
}

function tooMany({ repository }: Repository): RegistryError {
  const what = `${repository}: more than ${MOST} manifests are about this image`;
  return new RegistryError('IMAGE_INVALID', what);
}
