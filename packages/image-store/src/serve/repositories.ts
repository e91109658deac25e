import { familiarReference, OciError, parseReference } from '@ctrkit/oci';
import type { Reference } from '@ctrkit/oci';
import type { Layout } from '@ctrkit/layout';
import { readEntries } from '../entries.ts';
import type { Entry } from '../entries.ts';
import { DistributionError } from './distribution-error.ts';

/**
 * The repository under which an image is served: its familiar name (`busybox`, `quay.io/app/web`),
 * so that a pull from here reads as one from the hub. A path cannot hold the colon of a port, so
 * `localhost:5000/web` is served as `localhost_5000/web`.
 */
export function repositoryOf({ registry, repository }: Reference): string {
  const host = registry
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '_')
    .replace(/^_/, '');
  return familiarReference({ registry: host, repository });
}

/**
 * The repository that a path of a request means: `busybox`, `library/busybox` and
 * `docker.io/library/busybox` are one. Throws NAME_INVALID.
 */
export function requestedRepository(path: string): string {
  return repositoryOf(requestedReference(path));
}

/** The reference that an image gets when it is pushed to that path. Throws NAME_INVALID. */
export function requestedReference(path: string, tag?: string): Reference {
  try {
    const { registry, repository } = parseReference(path);
    return { registry, repository, ...(tag !== undefined && { tag }) };
  } catch (error) {
    if (!(error instanceof OciError)) throw error;
    throw new DistributionError('NAME_INVALID', error.message);
  }
}

/** The entries that a repository consists of. Throws NAME_UNKNOWN when there are none. */
export async function entriesOf(layout: Layout, path: string): Promise<Entry[]> {
  const wanted = requestedRepository(path);
  const entries = (await readEntries(layout)).filter(
    ({ reference }) => reference !== undefined && repositoryOf(reference) === wanted,
  );
  if (entries.length > 0) return entries;
  throw new DistributionError('NAME_UNKNOWN', `repository ${path} is not known here`);
}
