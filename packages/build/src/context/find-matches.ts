import { isDirectory, textOf } from './node.ts';
import type { Node } from './node.ts';
import { resolvePath } from './resolve.ts';
import { nameTest, parseSource } from './source-pattern.ts';
import type { SourcePattern } from './source-pattern.ts';
import { bytesOf } from './node.ts';
import type { TreeIndex } from './tree-index.ts';

/** A link that a pattern found, and that leads nowhere. */
export interface Dangling {
  /** As `Found` has it. */
  readonly path: string;
  readonly node: undefined;
}

/** What a source pattern found. */
export interface Found {
  /** As the source names it, links on the way not followed. Names are bytes, held as latin1. */
  readonly path: string;
  /** What is copied: where a link led, if it was one. */
  readonly node: Node;
  readonly source: SourcePattern;
}

interface Place {
  readonly path: string;
  readonly node: Node;
}

const pathOf = (parent: string, name: string): string =>
  parent === '' ? name : `${parent}/${name}`;

async function childrenOf(index: TreeIndex, { path, node }: Place): Promise<Place[]> {
  await index.list([node]);
  return (node.children ?? []).map((child) => ({ path: pathOf(path, child.name), node: child }));
}

// Any number of directories, none included.
async function descendants(index: TreeIndex, place: Place): Promise<Place[]> {
  const below = (await childrenOf(index, place)).filter(({ node }) => isDirectory(node));
  const deeper = await Promise.all(below.map((each) => descendants(index, each)));
  return [place, ...deeper.flat()];
}

async function step(
  index: TreeIndex,
  places: readonly Place[],
  name: string,
  isDeep: boolean,
): Promise<Place[]> {
  await index.list(places.map(({ node }) => node));
  if (name === '**' && isDeep) {
    return (await Promise.all(places.map((place) => descendants(index, place)))).flat();
  }
  const fits = nameTest(name);
  const children = await Promise.all(places.map((place) => childrenOf(index, place)));
  return children.flat().filter(({ node }) => fits(textOf(node.name)));
}

/**
 * What a source finds in a tree, in the order of names. A path that is no pattern is followed through links; what a pattern stands for
 * is found in real directories only, and then followed if it is a link. With `isDeep` a component `**` is any number of
 * directories, else it is as `*`.
 */
export async function findMatches(
  index: TreeIndex,
  text: string,
  isDeep: boolean,
): Promise<(Found | Dangling)[]> {
  const source = parseSource(text);
  const fixed = source.names.slice(0, source.firstWild).map(bytesOf).join('/');
  const node = await resolvePath(index, fixed);
  if (node === undefined) return [];
  let places: Place[] = [{ path: fixed, node }];
  for (const name of source.names.slice(source.firstWild)) {
    places = await step(index, places, name, isDeep);
  }
  return await Promise.all(
    places.map(async ({ path, node: there }) => {
      const target = await follow(index, there);
      return target === undefined ? { path, node: target } : { path, node: target, source };
    }),
  );
}

async function follow(index: TreeIndex, node: Node): Promise<Node | undefined> {
  return node.entry.type === 'symlink' ? await resolvePath(index, node.name, node.parent) : node;
}
