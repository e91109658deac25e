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

  /** The root, if anybody has asked for it. */
  get seen(): Node | undefined {
    return this.#root;
  }

  async root(): Promise<Node> {
    if (this.#root !== undefined) return this.#root;
    try {
      for await (const [entry] of this.#walker.walk([{ depth: 0, xattrs: false }])) {
        if (entry?.kind === 'entry') this.#root = this.#nodeOf(entry, '.', undefined);
      }
    } catch (error) {
      throw explainWalk(error);
    }
    if (this.#root === undefined) throw new Error('a tree without a root');
    return this.#root;
  }

  /** Lists those of the directories that were not yet. */
  async list(nodes: readonly Node[]): Promise<void> {
    const wanted = nodes.filter((node) => node.children === undefined && isDirectory(node));
    if (wanted.length === 0) return;
    const listed = wanted.map((): Node[] => []);
    try {
      let at = 0;
      for await (const records of this.#walker.walk(wanted.map(listing))) {
        for (const record of records) {
          if (record.kind === 'end') at += 1;
          else if (record.kind === 'entry') this.#put(record, wanted[at], listed[at]);
        }
      }
    } catch (error) {
      throw explainWalk(error);
    }
    for (const [at, node] of wanted.entries()) node.children = listed[at];
  }

  // The directory itself comes before what is in it.
  #put(entry: WalkEntry, parent: Node | undefined, children: Node[] | undefined): void {
    const path = latin1(entry.path);
    if (path === parent?.path || entry.type === 'socket') return;
    const node = this.#nodeOf(entry, path, parent);
    const isWanted =
      !node.verdict.isExcluded ||
      (isDirectory(node) && this.#nature.rules.mayIncludeBelow(textOf(path)));
    if (isWanted) children?.push(node);
  }

  #nodeOf(entry: WalkEntry, path: string, parent: Node | undefined): Node {
    const { rules, adopt } = this.#nature;
    const isJudged = parent !== undefined && !rules.isEmpty;
    return {
      name: parent === undefined ? '' : path.slice(path.lastIndexOf('/') + 1),
      path,
      parent,
      verdict: isJudged ? rules.judge(textOf(path), parent.verdict) : rules.root,
      entry: adopt(entry),
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
export function nodesOf(node: Node, into: Node[] = []): Node[] {
  const before = into.push(node);
  for (const child of node.children ?? []) nodesOf(child, into);
  if (node.verdict.isExcluded && into.length === before) into.pop();
  return into;
}
