import type { WalkEntry } from '@ctrkit/syscalls';
import { IgnoreRules } from '../ignore/ignore-rules.ts';
import type { Verdict } from '../ignore/ignore-rules.ts';
import type { Found } from './find-matches.ts';
import { isDirectory, textOf } from './node.ts';
import type { Node } from './node.ts';
import { nodesOf } from './tree-index.ts';

/** A node and the path under which it is copied (latin1). */
export interface Chosen {
  readonly node: Node;
  readonly path: string;
}

/** What of a match is copied, before it is opened. */
export interface ChosenMatch {
  /** Latin1; empty for the root. */
  readonly path: string;
  readonly isDirectory: boolean;
  readonly chosen: readonly Chosen[];
}

/** What --exclude leaves of nodes below a match, by their paths in it. */
class Exclusion {
  readonly #rules: IgnoreRules;
  readonly #verdicts = new Map<string, Verdict>();

  constructor(patterns: readonly string[]) {
    this.#rules = new IgnoreRules(patterns);
  }

  /** Asked of directories before what is in them. */
  excludes(path: string): boolean {
    const slash = path.lastIndexOf('/');
    const parent = slash < 0 ? undefined : this.#verdicts.get(path.slice(0, slash));
    const verdict = this.#rules.judge(textOf(path), parent ?? this.#rules.root);
    this.#verdicts.set(path, verdict);
    return verdict.isExcluded;
  }
}

const relativeTo = (base: string, path: string): string => {
  if (path === base) return '.';
  return base === '.' ? path : path.slice(base.length + 1);
};

/** Leaves out what is excluded, and keeps the directories above what is not. */
function withoutExcluded(all: readonly Chosen[], exclude: readonly string[]): Chosen[] {
  if (exclude.length === 0) return [...all];
  const exclusion = new Exclusion(exclude);
  const needed = new Set<string>();
  const kept = all.filter(({ path }) => {
    if (path !== '.' && exclusion.excludes(path)) return false;
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      needed.add(path.slice(0, at));
    }
    return true;
  });
  const isKept = new Set(kept);
  return all.filter((each) => isKept.has(each) || needed.has(each.path));
}

function below({ node, path }: Found, exclude: readonly string[]): Chosen[] {
  const all = nodesOf(node).map((each) => ({
    node: each,
    path: relativeTo(node.path, each.path),
  }));
  // A single file is known by the name that the source gives it.
  if (!isDirectory(node) && exclude.length > 0) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return new Exclusion(exclude).excludes(name) ? [] : all;
  }
  return withoutExcluded(all, exclude);
}

/** The directories above a match, from the pivot on, and the match below them. */
function withParents(found: Found, chosen: readonly Chosen[]): Chosen[] {
  const names = found.path.split('/');
  const prefix = names.slice(found.source.pivot).join('/');
  const parents: Chosen[] = [];
  let { parent } = found.node;
  for (let count = names.length - 1; count > found.source.pivot && parent !== undefined; count--) {
    parents.unshift({ node: parent, path: names.slice(found.source.pivot, count).join('/') });
    parent = parent.parent;
  }
  return [...parents, ...chosen.map(({ node, path }) => ({ node, path: placeIn(prefix, path) }))];
}

function placeIn(prefix: string, path: string): string {
  if (prefix === '') return path;
  return path === '.' ? prefix : `${prefix}/${path}`;
}

/** What of a match is copied; undefined where nothing of it is left. */
export function chooseEntries(
  found: Found,
  {
    exclude = [],
    parents = false,
  }: { exclude?: readonly string[] | undefined; parents?: boolean | undefined },
): ChosenMatch | undefined {
  const chosen = below(found, exclude);
  if (chosen.length === 0) return undefined;
  return {
    path: found.path,
    isDirectory: isDirectory(found.node),
    chosen: parents ? withParents(found, chosen) : chosen,
  };
}

/** An entry as it is copied. */
export function entryOf({ node, path }: Chosen): WalkEntry {
  const xattrs = node.details?.xattrs ?? node.entry.xattrs;
  return { ...node.entry, path: Buffer.from(path, 'latin1'), xattrs };
}
