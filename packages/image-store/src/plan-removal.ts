import { parseReference } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { noSuchImage } from './find.ts';
import type { Match } from './find.ts';
import { sameName } from './entries.ts';
import type { ImageRecord } from './image-record.ts';
import { imageInUse, nameInUse, severalNames } from './image-user.ts';
import type { ImageUser } from './image-user.ts';
import { repositoryOf } from './names.ts';

/** What a removal comes to. */
export interface RemovalPlan {
  readonly id: Digest;
  /** As the user called it. */
  readonly given: string;
  /** The entries that go. */
  readonly records: readonly ImageRecord[];
  /** The image stays, nameless: a container runs of it. */
  readonly keepsImage: boolean;
}

/** What was asked for, and what there is. */
export interface RemovalRequest {
  readonly match: Match;
  /** As the user called it. */
  readonly given: string;
  readonly records: readonly ImageRecord[];
  readonly users: readonly ImageUser[];
  readonly force: boolean;
}

/**
 * Decides by docker's rules what goes when an image is removed. By name: that name, and the image with its last one,
 * also where it is there without a name under another manifest, unless a container uses it. By id: the image, where one name is all that it has. Force removes names of images that
 * stopped containers use, and all names at once; an image that runs is only ever untagged.
 * Throws IMAGE_IN_USE, IMAGE_HAS_SEVERAL_NAMES, and IMAGE_NOT_FOUND for one that is gone since it was matched.
 */
export function planRemoval(request: RemovalRequest): RemovalPlan {
  const { match, records } = request;
  const own = records.find((record) => isMatched(record, match));
  if (own === undefined) throw noSuchImage(request.given);
  const { id } = own;
  const siblings = records.filter((record) => record.id === id);
  const users = request.users.filter(({ image }) => image === id);
  return match.by === 'name'
    ? byName({ ...request, users }, id, own, siblings)
    : byId({ ...request, users }, id, siblings);
}

function byName(
  { given, users, force }: RemovalRequest,
  id: Digest,
  own: ImageRecord,
  siblings: readonly ImageRecord[],
): RemovalPlan {
  const [user] = users;
  if (!force && user !== undefined && isSingle(siblings)) throw nameInUse(given, user);
  const going = withItsDigests(own, siblings);
  // The same image under another manifest may have lost its name: to nobody it is another image.
  const nameless = siblings.filter(({ name }) => name === undefined && own.name !== undefined);
  const isLast = new Set([...going, ...nameless]).size === siblings.length;
  const records = isLast ? siblings : going;
  return { id, given, records, keepsImage: isLast && users.some(({ running }) => running) };
}

function byId(
  { given, users, force }: RemovalRequest,
  id: Digest,
  siblings: readonly ImageRecord[],
): RemovalPlan {
  const running = users.find((user) => user.running);
  if (running !== undefined) throw imageInUse(running);
  if (!force && !isSingle(siblings)) throw severalNames(id, namesIn(siblings));
  if (!force && users[0] !== undefined) throw imageInUse(users[0]);
  return { id, given, records: siblings, keepsImage: false };
}

function isMatched(record: ImageRecord, { entries }: Match): boolean {
  return entries.some(({ descriptor, reference }) => {
    if (record.target.digest !== descriptor.digest) return false;
    if (record.name === undefined) return reference === undefined;
    return sameName(parseReference(record.name), reference);
  });
}

/** Whether one tag in one repository is all that names an image. */
function isSingle(records: readonly ImageRecord[]): boolean {
  const references = namesIn(records).map(parseReference);
  const repositories = new Set(references.map(repositoryOf));
  return references.filter(({ tag }) => tag !== undefined).length <= 1 && repositories.size <= 1;
}

// With the last tag in a repository go the digests that name the image there.
function withItsDigests(own: ImageRecord, siblings: readonly ImageRecord[]): ImageRecord[] {
  if (own.name === undefined) return [own];
  const { tag, ...name } = parseReference(own.name);
  const near = siblings.filter(
    (record) =>
      record.name !== undefined &&
      record !== own &&
      repositoryOf(parseReference(record.name)) === repositoryOf(name),
  );
  const others = near.filter((record) => parseReference(record.name ?? '').tag !== undefined);
  return tag === undefined || others.length > 0 ? [own] : [own, ...near];
}

function namesIn(records: readonly ImageRecord[]): string[] {
  return records.flatMap(({ name }) => (name === undefined ? [] : [name]));
}
