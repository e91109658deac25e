import { mediaTypes, parseManifestOrIndex } from '@ctrkit/oci';
import type { Descriptor, Digest, ManifestOrIndex } from '@ctrkit/oci';
import { referrersTag, taggedReferrers } from '../referrers.ts';
import type { Session } from '../session.ts';
import { putManifest } from './put-manifest.ts';
import type { ManifestBytes, PutManifest } from './put-manifest.ts';

/**
 * Adds a manifest to the index of those that are about its subject, where the registry does not keep one by itself. Two
 * that do so at once may lose one of the two: the specification has nothing against it.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests-with-subject
 */
export async function listReferrer(
  session: Session,
  repository: string,
  manifest: ManifestBytes,
  { descriptor, listedFor }: PutManifest,
  signal?: AbortSignal,
): Promise<void> {
  const content = parseManifestOrIndex(manifest.bytes, manifest.mediaType);
  const subject = subjectOf(content);
  if (subject === undefined || listedFor === subject) return;
  const name = `${repository}@${subject}`;
  const known = await taggedReferrers(session, { repository, subject, name }, signal);
  if (known.some(({ digest }) => digest === descriptor.digest)) return;
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [...known, { ...descriptor, ...shownInList(content) }],
  };
  const request = { repository, reference: referrersTag(subject), name: `referrers of ${name}` };
  const bytes = Buffer.from(JSON.stringify(index));
  await putManifest(session, request, { mediaType: mediaTypes.index, bytes }, signal);
}

function subjectOf(content: ManifestOrIndex): Digest | undefined {
  return (content.kind === 'index' ? content.index : content.manifest).subject?.digest;
}

// What the specification lets a list tell of a manifest.
function shownInList(content: ManifestOrIndex): Pick<Descriptor, 'artifactType' | 'annotations'> {
  const { artifactType, annotations } = content.kind === 'index' ? content.index : content.manifest;
  const config = content.kind === 'manifest' ? content.manifest.config.mediaType : undefined;
  const type = artifactType ?? config;
  return {
    ...(type !== undefined && { artifactType: type }),
    ...(annotations !== undefined && { annotations }),
  };
}
