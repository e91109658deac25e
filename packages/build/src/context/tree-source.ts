import { join } from 'node:path';
import { DurableError } from '@ctrkit/durable';
import type { Digest } from '@ctrkit/oci';
import type { Tree } from '@ctrkit/rootfs';
import { Walker } from '@ctrkit/syscalls';
import type { WalkData } from '@ctrkit/syscalls';
import { BuildError } from '../build-error.ts';
import { findMatches } from './find-matches.ts';
import type { Found } from './find-matches.ts';
import { goneFrom } from './is-gone.ts';
import { rootNature } from './nature.ts';
import type { Nature } from './nature.ts';
import { textOf } from './node.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { OpenedFiles } from './opened-files.ts';
import { chooseEntries, entryOf } from './select.ts';
import type { ChosenMatch } from './select.ts';
import { selectionDigest } from './selection-digest.ts';
import type { Match, SelectedEntry, Selection, SourceTree, Wanted } from './source.ts';
import { isPattern, leadsOut, parseSource } from './source-pattern.ts';
import { Spool } from './spool.ts';
import { nodesOf, TreeIndex } from './tree-index.ts';

/** Where a source keeps what it reads. */
export interface TreeSourceOptions {
  /** `<root>/build-cache`. */
  readonly cacheDirectory: string;
  readonly signal?: AbortSignal | undefined;
}

/** A tree that is looked at by one helper, and every file of it opened at most once. */
export class TreeSource implements SourceTree {
  readonly #walker: Walker;
  readonly #spool: Spool;
  readonly #index: TreeIndex;
  readonly #files: OpenedFiles;
  readonly #nature: Nature;
  readonly #turn = oneAtATime();

  constructor(walker: Walker, nature: Nature, { cacheDirectory }: TreeSourceOptions) {
    this.#walker = walker;
    this.#nature = nature;
    this.#spool = new Spool(join(cacheDirectory, 'spool'));
    this.#index = new TreeIndex(walker, nature);
    this.#files = new OpenedFiles(walker, this.#spool, nature);
  }

  async select(wanted: Wanted): Promise<Selection> {
    const chosen = await this.#turn(() => this.#choose(wanted));
    const matches = chosen.map(matchOf);
    return {
      matches,
      digest: selectionDigest(chosen),
      contents: (entry) => this.#contents(entry, matches),
    };
  }

  async #choose(wanted: Wanted): Promise<readonly ChosenMatch[]> {
    const { sources, parents = false, signal } = wanted;
    signal?.throwIfAborted();
    const found: Found[] = [];
    for (const source of sources) found.push(...(await this.#find(source, parents)));
    if (found.length === 0) throw nothingFound();
    const matches = found.flatMap((each) => chooseEntries(each, wanted) ?? []);
    const nodes = new Set(matches.flatMap(({ chosen }) => chosen.map(({ node }) => node)));
    await this.#files.open([...nodes]);
    signal?.throwIfAborted();
    return matches;
  }

  async #find(source: string, parents: boolean): Promise<readonly Found[]> {
    const found: Found[] = [];
    for (const each of await findMatches(this.#index, source, parents)) {
      if (each.node === undefined) throw notFound(textOf(each.path), this.#nature.absence);
      found.push(each);
    }
    await this.#index.listBelow(found.map(({ node }) => node));
    // Of a directory that is left out there must be something that is not.
    const some = found.filter(({ node }) => nodesOf(node).length > 0);
    if (some.length > 0 || isPattern(source)) return some;
    throw notFound(source, this.#nature.absence);
  }

  async *#contents(
    { digest, entry }: SelectedEntry,
    matches: readonly Match[],
  ): AsyncGenerator<WalkData> {
    if (digest === undefined || entry.size === 0) return;
    const kept = this.#files.kept(digest) ?? (await this.#turn(() => this.#fetch(digest, matches)));
    yield* kept.read();
  }

  async #fetch(digest: Digest, matches: readonly Match[]): ReturnType<OpenedFiles['fetch']> {
    const there = this.#files.kept(digest);
    if (there !== undefined) return there;
    const all = matches.flatMap(({ entries }) => entries.flatMap((each) => each.digest ?? []));
    return await this.#files.fetch(digest, all.slice(all.indexOf(digest) + 1));
  }

  async #remember(): Promise<void> {
    const { statCache } = this.#nature;
    if (statCache === undefined || this.#index.seen === undefined) return;
    statCache.forget(goneFrom(this.#index.seen));
    try {
      await statCache.save();
    } catch (error) {
      // A full disk only makes the next build read more.
      if (!(error instanceof DurableError)) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#turn(() => this.#remember());
    } finally {
      await this.#walker[Symbol.asyncDispose]();
      await this.#spool[Symbol.asyncDispose]();
    }
  }
}

function matchOf({ path, isDirectory, chosen }: ChosenMatch): Match {
  let entries: readonly SelectedEntry[] | undefined;
  return {
    path: path === '' ? '.' : textOf(path),
    name: Buffer.from(path.slice(path.lastIndexOf('/') + 1), 'latin1'),
    isDirectory,
    get entries() {
      entries ??= chosen.map((each) => ({
        entry: entryOf(each),
        digest: each.node.details?.digest,
      }));
      return entries;
    },
  };
}

// One pattern that finds nothing is no error, as long as another source finds something.
const nothingFound = (): BuildError =>
  new BuildError('SOURCE_NOT_FOUND', 'no source files were specified');

function notFound(source: string, absence: string): BuildError {
  const why = leadsOut(source)
    ? `forbidden path outside the build context: ${source} ()`
    : `${absence}stat ${parseSource(source).names.join('/')}: file does not exist`;
  return new BuildError('SOURCE_NOT_FOUND', why);
}

/**
 * A tree that is there for itself: the root of a stage or of an image, for COPY --from. Throws the reason of `signal`,
 * HELPER_MISSING.
 */
export function openTreeSource(tree: Tree, options: TreeSourceOptions): SourceTree {
  const { signal } = options;
  const walker = new Walker(tree, signal === undefined ? {} : { signal });
  return new TreeSource(walker, rootNature(), options);
}
