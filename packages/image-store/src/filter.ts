import type { Layout } from '@ctrkit/layout';
import { familiarReference, globMatcher, OciError, parseReference } from '@ctrkit/oci';
import { matchEntries, noSuchImage } from './find.ts';
import { recordOf } from './image-record.ts';
import type { ImageRecord } from './image-record.ts';
import { ImageStoreError } from './image-store-error.ts';
import { hasTag } from './names.ts';

/** What images must be to be listed; every field that is given must fit. */
export interface ImageFilter {
  /** `true`: no name has a tag; `false`: there is a name. */
  readonly dangling?: boolean;
  /** Patterns, of which one must fit the name as people write it, with its tag or without. */
  readonly references?: readonly string[];
  /** Images, by name or id: made before each of them. */
  readonly before?: readonly string[];
  /** Images, by name or id: made after each of them. */
  readonly since?: readonly string[];
  /** Made at this moment or before. */
  readonly until?: Date;
  /** `key` or `key=value`, all of them. */
  readonly labels?: readonly string[];
  /** `key` or `key=value`, none of them. */
  readonly withoutLabels?: readonly string[];
}

type Test = (record: ImageRecord) => boolean;

/**
 * The records that fit, in their order. Throws FILTER_INVALID; IMAGE_NOT_FOUND, AMBIGUOUS_ID, NAME_INVALID for
 * `before` and `since`.
 */
export async function filterImages(
  layout: Layout,
  records: readonly ImageRecord[],
  filter: ImageFilter,
): Promise<ImageRecord[]> {
  const { until, labels = [], withoutLabels = [] } = filter;
  const tests: Test[] = [
    danglingTest(records, filter.dangling),
    referenceTest(filter.references ?? []),
    ...(until === undefined ? [] : [(record: ImageRecord) => madeAt(record) <= until.getTime()]),
    ...labels.map(
      (label): Test =>
        (record) =>
          hasLabel(record, label),
    ),
    ...withoutLabels.map(
      (label): Test =>
        (record) =>
          !hasLabel(record, label),
    ),
  ];
  for (const other of filter.before ?? []) {
    const moment = await momentOf(layout, other);
    tests.push((record) => madeAt(record) < moment);
  }
  for (const other of filter.since ?? []) {
    const moment = await momentOf(layout, other);
    tests.push((record) => madeAt(record) > moment);
  }
  return records.filter((record) => tests.every((test) => test(record)));
}

/** Records in the order of docker's lists: the image that was made last comes first, its names in their order. */
export function newestFirst(records: readonly ImageRecord[]): ImageRecord[] {
  return records.toSorted(
    (a, b) => madeAt(b) - madeAt(a) || compare(a.id, b.id) || compare(a.name ?? '', b.name ?? ''),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

// One that does not say when is older than any.
function madeAt({ created }: ImageRecord): number {
  const moment = Date.parse(created ?? '');
  return Number.isNaN(moment) ? 0 : moment;
}

async function momentOf(layout: Layout, nameOrId: string): Promise<number> {
  const entry = (await matchEntries(layout, nameOrId))?.entries[0];
  if (entry === undefined) throw noSuchImage(nameOrId);
  return madeAt(await recordOf(layout, entry));
}

function danglingTest(records: readonly ImageRecord[], wanted: boolean | undefined): Test {
  if (wanted === undefined) return () => true;
  if (!wanted) return ({ name }) => name !== undefined;
  const tagged = new Set(records.filter(hasTag).map(({ id }) => id));
  return ({ id }) => !tagged.has(id);
}

function referenceTest(patterns: readonly string[]): Test {
  if (patterns.length === 0) return () => true;
  const matchers = patterns.map(matcherOf);
  return ({ name }) => {
    if (name === undefined) return false;
    const reference = parseReference(name);
    const { registry, repository } = reference;
    const forms = [familiarReference(reference), familiarReference({ registry, repository })];
    return matchers.some((matches) => forms.some((form) => matches(form)));
  };
}

function matcherOf(pattern: string): (text: string) => boolean {
  try {
    return globMatcher(pattern);
  } catch (cause) {
    if (!(cause instanceof OciError)) throw cause;
    const hint = cause.hint === undefined ? {} : { hint: cause.hint };
    throw new ImageStoreError('FILTER_INVALID', cause.message, { cause, ...hint });
  }
}

function hasLabel({ labels = {} }: ImageRecord, wanted: string): boolean {
  const [key = '', ...value] = wanted.split('=');
  if (!Object.hasOwn(labels, key)) return false;
  return value.length === 0 || labels[key] === value.join('=');
}
