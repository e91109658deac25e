import { formatAge, formatBytes } from '@ctrkit/cli-kit';
import type { Column } from '@ctrkit/cli-kit';
import type { ImageRecord } from '@ctrkit/image-store';
import { digestHex, familiarReference, parseReference } from '@ctrkit/oci';

/** A line of `images`, under docker's names of its fields. */
export interface ImageRow {
  readonly Repository: string;
  readonly Tag: string;
  readonly Digest: string;
  readonly ID: string;
  readonly CreatedAt: string;
  readonly CreatedSince: string;
  readonly Size: string;
}

export const imageColumns: readonly Column<ImageRow>[] = [
  { header: 'REPOSITORY', value: (row) => row.Repository },
  { header: 'TAG', value: (row) => row.Tag },
  { header: 'IMAGE ID', value: (row) => row.ID },
  { header: 'CREATED', value: (row) => row.CreatedSince },
  { header: 'SIZE', value: (row) => row.Size },
];

const NONE = '<none>';

function namesOf(name: string | undefined): Pick<ImageRow, 'Repository' | 'Tag'> {
  if (name === undefined) return { Repository: NONE, Tag: NONE };
  const { registry, repository, tag = NONE } = parseReference(name);
  // A repository's familiar form is that of its name without tag and digest.
  const familiar = familiarReference({ registry, repository });
  return { Repository: familiar, Tag: tag };
}

/** What `images` shows of an image at a moment. Sizes are compressed, as stored. */
export function imageRow(
  image: ImageRecord,
  { now, truncate }: { now: Date; truncate: boolean },
): ImageRow {
  return {
    ...namesOf(image.name),
    Digest: image.target.digest,
    ID: truncate ? digestHex(image.id).slice(0, 12) : image.id,
    CreatedAt: image.created ?? 'N/A',
    CreatedSince: image.created === undefined ? 'N/A' : formatAge(new Date(image.created), now),
    Size: formatBytes(image.size),
  };
}
