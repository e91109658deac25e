import { digestAlgorithm, digestHex, isIndexType, mediaTypes, parseImageIndex } from '@ctrkit/oci';
import type { Descriptor, Digest } from '@ctrkit/oci';
import { fetchManifest } from './fetch-manifest.ts';
import { listPages } from './pages.ts';
import { RegistryError } from './registry-error.ts';
import type { Session } from './session.ts';

/** What is about which manifest. */
export interface ReferrersRequest {
  repository: string;
  subject: Digest;
  /** How the user calls the image, for errors. */
  name: string;
  /** Only those of this type. @default all */
  artifactType?: string;
}

/** The tag under which registries without the referrers API keep them. */
export function referrersTag(subject: Digest): string {
  return `${digestAlgorithm(subject)}-${digestHex(subject)}`;
}

/**
 * The manifests that are about another one (signatures, inventories): by the registry's API, or where it has none by
 * the tag that the specification names. Nothing says that they tell the truth. Throws MANIFEST_INVALID,
 * PROTOCOL_ERROR and what `listPages` and `fetchManifest` throw.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
 */
export async function* listReferrers(
  session: Session,
  request: ReferrersRequest,
  signal?: AbortSignal,
): AsyncGenerator<Descriptor, void, undefined> {
  const { artifactType } = request;
  for await (const descriptors of pagesOf(session, request, signal)) {
    // A registry may leave the choice to us; it says so, and is not believed either way.
    yield* descriptors.filter(
      (descriptor) => artifactType === undefined || descriptor.artifactType === artifactType,
    );
  }
}

async function* pagesOf(
  session: Session,
  request: ReferrersRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<Descriptor[], void, undefined> {
  let isSupported = false;
  try {
    for await (const page of apiPages(session, request, signal)) {
      isSupported = true;
      yield page;
    }
  } catch (error) {
    if (isSupported || !isAbsent(error)) throw error;
    yield await taggedReferrers(session, request, signal);
  }
}

async function* apiPages(
  session: Session,
  { repository, subject, name, artifactType }: ReferrersRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<Descriptor[], void, undefined> {
  const query =
    artifactType === undefined ? '' : `?artifactType=${encodeURIComponent(artifactType)}`;
  const list = {
    repository,
    path: `referrers/${subject}${query}`,
    headers: { accept: mediaTypes.index },
    what: `referrers of ${name}`,
    absent: 'UNSUPPORTED',
  } as const;
  for await (const { answer, bytes } of listPages(session, list, signal)) {
    // Some answer any address with a page of their own.
    const [type = ''] = (answer.headers['content-type'] ?? '').split(';', 1);
    if (!isIndexType(type.trim())) throw new RegistryError('UNSUPPORTED', `${name}: no referrers`);
    yield parseImageIndex(bytes).manifests;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof RegistryError && error.code === 'UNSUPPORTED';
}

/** What is recorded under the tag of a subject; nothing where there is no such tag. */
export async function taggedReferrers(
  session: Session,
  { repository, subject, name }: ReferrersRequest,
  signal: AbortSignal | undefined,
): Promise<Descriptor[]> {
  const request = { repository, reference: referrersTag(subject), name: `referrers of ${name}` };
  try {
    const { content } = await fetchManifest(session, request, signal);
    return content.kind === 'index' ? content.index.manifests : [];
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'MANIFEST_UNKNOWN') return [];
    throw error;
  }
}
