import type { Time } from '../tar/numbers.ts';

interface Node {
  time?: Time;
  children?: Map<string, Node>;
}

const epoch: Time = { seconds: 0, nanoseconds: 0 };

/** The times that directories get in the end, when nothing is made in them any more. */
export class DirectoryTimes {
  readonly #root: Node = {};

  set(components: readonly string[], { seconds, nanoseconds }: Time): void {
    this.#node(components).time = { seconds, nanoseconds };
  }

  /** A directory that nobody described keeps the time that it has, or gets the same one always. */
  imply(components: readonly string[]): void {
    this.#node(components).time ??= epoch;
  }

  /** A directory is gone, with all in it. */
  delete(components: readonly string[]): void {
    const parent = this.#find(components.slice(0, -1));
    parent?.children?.delete(components.at(-1) ?? '');
  }

  /** What was in a directory is gone, but for these names. */
  empty(components: readonly string[], keep: ReadonlySet<string>): void {
    const children = this.#find(components)?.children;
    for (const name of children?.keys() ?? []) {
      if (!keep.has(name)) children?.delete(name);
    }
  }

  /** All of them by path; `.` is the root. */
  *[Symbol.iterator](): Generator<readonly [string, Time]> {
    yield* entries(this.#root, '');
  }

  #find(components: readonly string[]): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of components) node = node?.children?.get(name);
    return node;
  }

  #node(components: readonly string[]): Node {
    let node = this.#root;
    for (const name of components) {
      node.children ??= new Map();
      const child = node.children.get(name) ?? {};
      node.children.set(name, child);
      node = child;
    }
    return node;
  }
}

function* entries(node: Node, path: string): Generator<readonly [string, Time]> {
  if (node.time !== undefined) yield [path === '' ? '.' : path, node.time];
  for (const [name, child] of node.children ?? []) {
    yield* entries(child, path === '' ? name : `${path}/${name}`);
  }
}
