import type { Walker, WalkEntry } from '@ctrkit/syscalls';
import { explainWalk } from './explain-walk.ts';
import type { Nature } from './nature.ts';
import { isDirectory, textOf } from './node.ts';
import type { Node } from './node.ts';

const latin1 = (path: Buffer): string => path.toString('latin1');

/**
 * A tree, looked at directory by directory when it is asked for, and never again: what was seen once stays so. What is left
 * out by the rules is not in it, nor are sockets, which no archive could hold.
 */
export class TreeIndex {
  readonly #walker: Walker;
  readonly #nature: Nature;
  #root: Node | undefined;

  constructor(walker: Walker, nature: Nature) {
    this.#walker = walker;
    this.#nature = nature;
  }

  async root(): Promise<Node> {
    if (this.#root !== undefined) return this.#root;
    for await (const [entry] of this.#walker.walk([{ depth: 0, xattrs: false }])) {
      if (entry?.kind === 'entry') this.#root = this.#nodeOf(entry, '.', undefined);
    }
    if (this.#root === undefined) throw new Error('a tree without a root');
    return this.#root;
  }

  /** Lists those of the directories that were not yet. */
  async list(nodes: readonly Node[]): Promise<void> {
    const wanted = nodes.filter((node) => node.children === undefined && isDirectory(node));
    if (wanted.length === 0) return;
    const found = new Map<string, { readonly node: Node; readonly children: Node[] }>(
      wanted.map((node) => [node.path, { node, children: [] }]),
    );
    try {
      for await (const records of this.#walker.walk(wanted.map(listing))) {
        for (const record of records) {
          if (record.kind === 'entry') this.#put(record, found);
        }
      }
    } catch (error) {
      throw explainWalk(error);
    }
    for (const { node, children } of found.values()) node.children = children;
  }

  #put(entry: WalkEntry, found: ReadonlyMap<string, { node: Node; children: Node[] }>): void {
    const path = latin1(entry.path);
    const parent = found.get(path.slice(0, Math.max(0, path.lastIndexOf('/'))) || '.');
    if (path === '.' || parent === undefined || entry.type === 'socket') return;
    const node = this.#nodeOf(entry, path, parent.node);
    const isWanted =
      !node.verdict.isExcluded ||
      (isDirectory(node) && this.#nature.rules.mayIncludeBelow(textOf(path)));
    if (isWanted) parent.children.push(node);
  }

  #nodeOf(entry: WalkEntry, path: string, parent: Node | undefined): Node {
    return {
      name: parent === undefined ? '' : path.slice(path.lastIndexOf('/') + 1),
      path,
      parent,
      verdict: parent === undefined ? this.#nature.rules.root : this.#nature.rules.judge(textOf(path), parent.verdict), // prettier-ignore
      entry: this.#nature.adopt(entry),
      children: undefined,
      details: undefined,
    };
  }

  /** Lists all directories in these, to any depth. */
  async listBelow(nodes: readonly Node[]): Promise<void> {
    for (let level = nodes.filter(isDirectory); level.length > 0;) {
      await this.list(level);
      level = level.flatMap(({ children = [] }) => children.filter(isDirectory));
    }
  }
}

const listing = ({
  path,
}: Node): {
  path: Buffer;
  depth: number;
  xattrs: boolean;
  optional: boolean;
} => ({ path: Buffer.from(path, 'latin1'), depth: 1, xattrs: false, optional: true });

/** A node and all below it that was listed, parents first. A directory that is left out is there for what is not. */
export function* nodesOf(node: Node): Generator<Node> {
  if (!node.verdict.isExcluded) yield node;
  let isShown = !node.verdict.isExcluded;
  for (const child of node.children ?? []) {
    for (const below of nodesOf(child)) {
      if (!isShown) yield node;
      isShown = true;
      yield below;
    }
  }
}
