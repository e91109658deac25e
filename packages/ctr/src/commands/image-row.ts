import { formatAge, formatBytes } from '@ctrkit/cli-kit';
import type { Column, ListSettings } from '@ctrkit/cli-kit';
import type { ImageRecord } from '@ctrkit/image-store';
import { digestHex, familiarReference, parseReference } from '@ctrkit/oci';
import { createdAt } from './created-at.ts';

/** A line of `images`, under docker's names of its fields. */
export interface ImageRow {
  readonly Repository: string;
  readonly Tag: string;
  readonly Digest: string;
  readonly ID: string;
  readonly CreatedAt: string;
  readonly CreatedSince: string;
  readonly Size: string;
  /** Not counted by a list, here as with docker: `N/A`. */
  readonly Containers: string;
  readonly SharedSize: string;
  readonly UniqueSize: string;
}

const headers = {
  Repository: 'REPOSITORY',
  Tag: 'TAG',
  Digest: 'DIGEST',
  ID: 'IMAGE ID',
  CreatedAt: 'CREATED AT',
  CreatedSince: 'CREATED',
  Size: 'SIZE',
  Containers: 'CONTAINERS',
  SharedSize: 'SHARED SIZE',
  UniqueSize: 'UNIQUE SIZE',
} as const;

const column = (name: keyof ImageRow): Column<ImageRow> => ({
  header: headers[name],
  value: (row) => row[name],
});

/** How `images` shows its rows. */
export const imageList: Omit<ListSettings<ImageRow>, 'format'> = {
  columns: (['Repository', 'Tag', 'ID', 'CreatedSince', 'Size'] as const).map(column),
  headers,
  type: '*formatter.imageContext',
};

const NONE = '<none>';
const NOT_KNOWN = 'N/A';

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
  const created = new Date(image.created ?? NaN);
  const isKnown = !Number.isNaN(created.getTime());
  return {
    ...namesOf(image.name),
    Digest: image.target.digest,
    ID: truncate ? digestHex(image.id).slice(0, 12) : image.id,
    CreatedAt: createdAt(created),
    CreatedSince: isKnown ? formatAge(created, now) : NOT_KNOWN,
    Size: formatBytes(image.size),
    Containers: NOT_KNOWN,
    SharedSize: NOT_KNOWN,
    UniqueSize: NOT_KNOWN,
  };
}
