import { formatReference } from '@ctrkit/oci';
import type { Digest, Reference } from '@ctrkit/oci';
import type { PushOptions } from '../push/push.ts';
import { createRegistryClient } from '../registry-client.ts';
import type { RegistryClient } from '../registry-client.ts';
import { RegistryError } from '../registry-error.ts';
import { copy } from './copy.ts';
import type { Repository } from './repository.ts';

/** What is brought up to date, and how. */
export interface SyncOptions extends Omit<PushOptions, 'platforms' | 'mountFrom'> {
  /** Which tags. @default all */
  wants?: (tag: string) => boolean;
  /** Find out what would be copied, and write nothing. @default false */
  dryRun?: boolean;
}

/** What became of one tag. */
export interface SyncedTag {
  /** Where it is now, or would be. */
  name: string;
  digest: Digest;
  /** `present`: it is the same there; `missing`: a dry run would copy it. */
  status: 'present' | 'copied' | 'missing';
}

/**
 * Makes the tags of a repository mean the same in another one, each told when it is done. What only the other one has stays
 * as it is. Throws what `copy` and `RegistryClient.tags` throw, at the first tag that fails.
 */
export async function* sync(
  from: Repository,
  to: Repository,
  options: SyncOptions = {},
): AsyncGenerator<SyncedTag, void, undefined> {
  const { wants = () => true, dryRun = false, ...rest } = options;
  const client = options.client ?? createRegistryClient();
  const passOn = rest.signal === undefined ? {} : { signal: rest.signal };
  try {
    for await (const tag of client.tags(from, passOn)) {
      if (!wants(tag)) continue;
      const [source, target] = [
        { ...from, tag },
        { ...to, tag },
      ];
      const digest = await client.digestOf(source, passOn);
      const name = formatReference(target);
      if ((await digestIfThere(client, target, passOn)) === digest) {
        yield { name, digest, status: 'present' };
      } else if (dryRun) yield { name, digest, status: 'missing' };
      else {
        // By the digest: a mirror may have something else under the tag.
        const exact = { ...from, digest };
        const copied = await copy(exact, target, { ...rest, client, platforms: 'all' });
        yield { name, digest: copied.descriptor.digest, status: 'copied' };
      }
    }
  } finally {
    if (options.client === undefined) client.close();
  }
}

async function digestIfThere(
  client: RegistryClient,
  reference: Reference,
  passOn: { signal?: AbortSignal },
): Promise<Digest | undefined> {
  try {
    return await client.digestOf(reference, passOn);
  } catch (error) {
    if (error instanceof RegistryError && absent.has(error.code)) return undefined;
    throw error;
  }
}

const absent: ReadonlySet<string> = new Set(['MANIFEST_UNKNOWN', 'REPOSITORY_UNKNOWN']);
