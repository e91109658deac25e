import type { Layout } from '@ctrkit/layout';
import type { Digest } from '@ctrkit/oci';
import { reachableFrom } from '../content.ts';
import { readEntries } from '../entries.ts';
import type { Entry } from '../entries.ts';
import { matchEntries, noSuchImage } from '../find.ts';
import { ImageStoreError } from '../image-store-error.ts';
import { takeLease } from '../lease.ts';
import { BlobChecker } from './blob-checker.ts';
import { checkEntry } from './check-entry.ts';
import { checkRest } from './check-rest.ts';
import type { FoundProblem, Problem } from './problem.ts';
import { ProblemList } from './problem-list.ts';
import { repairProblem } from './repair.ts';
import type { FetchAgain } from './repair.ts';

export interface VerifyOptions {
  /** Names or ids. @default all images, and what lies beside them */
  images?: readonly string[];
  /** Fetches again what is damaged or missing. @default nothing is changed */
  repair?: FetchAgain;
  signal?: AbortSignal;
}

export interface VerifyResult {
  /** Blobs that were read, and their bytes. */
  readonly blobs: number;
  readonly bytes: number;
  /** What is wrong; with `repair`, what still is. */
  readonly problems: readonly Problem[];
  /** What was put right. */
  readonly repaired: readonly Problem[];
}

// A repaired index shows manifests, a repaired manifest layers.
const ROUNDS = 10;

/**
 * Reads every byte of the images and holds it against digests, sizes, diff ids and configurations; without
 * `images` also blobs that nobody refers to, and what is no blob. With `repair`, what is damaged or missing
 * is fetched again, each blob by its digest, and takes its place when it has proved right. Throws
 * IMAGE_NOT_FOUND, AMBIGUOUS_ID, NAME_INVALID, layout's LAYOUT_INVALID for an index.json that cannot be read, the
 * signal's reason, and the errors of a disk.
 */
export async function verifyImages(
  layout: Layout,
  { images = [], repair, signal }: VerifyOptions = {},
): Promise<VerifyResult> {
  await using _ = repair === undefined ? undefined : await takeLease(layout, 'everything');
  const checker = new BlobChecker(layout);
  const repaired: Problem[] = [];
  const failures = new Map<FoundProblem['path'], string>();
  for (let round = 0; ; round += 1) {
    const problems = await look(layout, checker, images, signal);
    const open = problems.filter(({ path }) => !failures.has(path));
    if (repair === undefined || open.length === 0 || round === ROUNDS) {
      const { blobs, bytes } = checker;
      return { blobs, bytes, repaired, problems: problems.map((one) => shown(one, failures)) };
    }
    for (const problem of open) {
      const failure = await repairProblem(layout, problem, repair, signal);
      if (failure === undefined) repaired.push(shown(problem, failures));
      else failures.set(problem.path, failure);
      if (problem.digest !== undefined) checker.forget(problem.digest);
    }
  }
}

async function look(
  layout: Layout,
  checker: BlobChecker,
  images: readonly string[],
  signal: AbortSignal | undefined,
): Promise<FoundProblem[]> {
  const check = { layout, checker, problems: new ProblemList(layout), signal };
  const entries = images.length === 0 ? await readEntries(layout) : await called(layout, images);
  for (const entry of entries) await checkEntry(check, entry);
  if (images.length === 0) await checkRest(check, await needed(layout, entries));
  return await stillThere(layout, entries, check.problems.all);
}

async function called(layout: Layout, images: readonly string[]): Promise<Entry[]> {
  const all: Entry[] = [];
  for (const nameOrId of images) {
    const match = await matchEntries(layout, nameOrId);
    if (match === undefined) throw noSuchImage(nameOrId);
    all.push(...match.entries);
  }
  return all;
}

// A damaged manifest may refer to anything; what it does not show counts as nobody's then.
async function needed(layout: Layout, entries: readonly Entry[]): Promise<ReadonlySet<Digest>> {
  const reached = new Set<Digest>();
  for (const { descriptor } of entries) {
    reached.add(descriptor.digest);
    for (const digest of await reachedFrom(layout, descriptor)) reached.add(digest);
  }
  return reached;
}

async function reachedFrom(
  layout: Layout,
  descriptor: Entry['descriptor'],
): Promise<ReadonlySet<Digest>> {
  try {
    return await reachableFrom(layout, [descriptor]);
  } catch (error) {
    if (error instanceof ImageStoreError && error.code === 'IMAGE_DAMAGED') return new Set();
    throw error;
  }
}

// What was removed while we looked is no damage.
async function stillThere(
  layout: Layout,
  before: readonly Entry[],
  problems: readonly FoundProblem[],
): Promise<FoundProblem[]> {
  if (problems.length === 0) return [];
  const now = new Set((await readEntries(layout)).map(({ descriptor }) => descriptor.digest));
  const isGone = (digest: Digest | undefined): boolean =>
    digest !== undefined &&
    !now.has(digest) &&
    before.some(({ descriptor }) => descriptor.digest === digest);
  return problems.filter(
    ({ sources }) => sources.length === 0 || sources.some(({ digest }) => !isGone(digest)),
  );
}

function shown(problem: FoundProblem, failures: ReadonlyMap<string, string>): Problem {
  const { descriptor: _descriptor, sources: _sources, ...rest } = problem;
  const repairError = failures.get(problem.path);
  return { ...rest, ...(repairError !== undefined && { repairError }) };
}
