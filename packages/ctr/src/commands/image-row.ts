import { formatAge, formatBytes } from '@ctrkit/cli-kit';
import type { Column, ListSettings } from '@ctrkit/cli-kit';
import { hasTag } from '@ctrkit/image-store';
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

/** The column of a field. */
export const imageColumn = (name: keyof ImageRow): Column<ImageRow> => ({
  header: headers[name],
  value: (row) => row[name],
});

/** How `images` shows its rows. */
export function imageList({
  digests,
}: {
  digests: boolean;
}): Omit<ListSettings<ImageRow>, 'format'> {
  const fields = [
    'Repository',
    'Tag',
    ...(digests ? ['Digest'] : []),
    'ID',
    'CreatedSince',
    'Size',
  ];
  return {
    columns: (fields as (keyof ImageRow)[]).map(imageColumn),
    headers,
    type: '*formatter.imageContext',
  };
}

const NONE = '<none>';
const NOT_KNOWN = 'N/A';

function namesOf({ name, target }: ImageRecord): Pick<ImageRow, 'Repository' | 'Tag' | 'Digest'> {
  if (name === undefined) return { Repository: NONE, Tag: NONE, Digest: NONE };
  const { registry, repository, tag = NONE } = parseReference(name);
  // A repository's familiar form is that of its name without tag and digest.
  const familiar = familiarReference({ registry, repository });
  return { Repository: familiar, Tag: tag, Digest: target.digest };
}

/** What `images` shows of an image at a moment. */
export function imageRow(
  image: ImageRecord,
  { now, truncate, size }: { now: Date; truncate: boolean; size: number },
): ImageRow {
  const created = new Date(image.created ?? NaN);
  const isKnown = !Number.isNaN(created.getTime());
  return {
    ...namesOf(image),
    ID: truncate ? digestHex(image.id).slice(0, 12) : image.id,
    CreatedAt: createdAt(created),
    CreatedSince: isKnown ? formatAge(created, now) : NOT_KNOWN,
    Size: formatBytes(size),
    Containers: NOT_KNOWN,
    SharedSize: NOT_KNOWN,
    UniqueSize: NOT_KNOWN,
  };
}

// A name in a repository and what it means there.
function keyOf({ name = '', target }: ImageRecord): string {
  const { registry, repository } = parseReference(name);
  return `${registry}/${repository}@${target.digest}`;
}

/**
 * The records that are rows of their own. A digest that a tag of the same repository means as well is not one: it stands
 * in the tag's.
 */
export function ownRows(records: readonly ImageRecord[]): ImageRecord[] {
  const tagged = new Set(records.filter(hasTag).map(keyOf));
  return records.filter(
    (record) => record.name === undefined || hasTag(record) || !tagged.has(keyOf(record)),
  );
}
