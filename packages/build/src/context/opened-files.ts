import type { Digest } from '@ctrkit/oci';
import type { Walker } from '@ctrkit/syscalls';
import { changedWhileRead } from './explain-walk.ts';
import type { Nature } from './nature.ts';
import { stampOf } from './node.ts';
import type { Details, Node } from './node.ts';
import { readDetails } from './read-details.ts';
import type { Kept, Spool } from './spool.ts';

// Times of the kernel are as fine as its ticks; file systems without fractions of a second keep two seconds at worst.
const TICK = 50_000_000n;
const COARSE = 2_000_000_000n;
const SECOND = 1_000_000_000n;

/** Read at once where one is wanted: so many bytes of those that come next. */
const AHEAD = 8 * 1024 * 1024;

const nothing: Details = { digest: undefined, xattrs: new Map() };

/** What several names of one file have in common. */
function fileOf(node: Node): string | Node {
  const { type, links, device, inode } = node.entry;
  return type === 'file' && links > 1 ? `${device}:${inode}` : node;
}

/** What opening a tree's files tells, each opened once at most: here, or by an earlier build. */
export class OpenedFiles {
  readonly #walker: Walker;
  readonly #spool: Spool;
  readonly #nature: Nature;
  readonly #kept = new Map<Digest, Kept>();
  /** Where contents are that were not opened, for their digest was known. */
  readonly #unopened = new Map<Digest, Node>();

  constructor(walker: Walker, spool: Spool, nature: Nature) {
    this.#walker = walker;
    this.#spool = spool;
    this.#nature = nature;
  }

  /** Gives all of the nodes their details. Throws CONTEXT_INVALID. */
  async open(nodes: readonly Node[]): Promise<void> {
    const unknown = nodes.filter((node) => node.details === undefined && !this.#recall(node));
    const names = new Map<string | Node, Node[]>();
    for (const node of unknown) {
      const file = fileOf(node);
      const others = names.get(file);
      if (others === undefined) names.set(file, [node]);
      else others.push(node);
    }
    if (unknown.length > 0) await this.#read([...names.values()].flatMap(([first]) => first ?? []));
    for (const [first, ...others] of names.values()) {
      for (const node of others) node.details = first?.details;
    }
  }

  /** Whether all that would be found by opening it is known. */
  #recall(node: Node): boolean {
    const { type } = node.entry;
    if (type !== 'file' && type !== 'directory') node.details = nothing;
    else node.details = this.#nature.statCache?.find(node.path, stampOf(node.entry));
    if (node.details?.digest !== undefined) this.#unopened.set(node.details.digest, node);
    return node.details !== undefined;
  }

  async #read(nodes: readonly Node[]): Promise<void> {
    const start = BigInt(Date.now()) * 1_000_000n;
    for (const { node, entry, details, kept } of await readDetails(
      this.#walker,
      nodes,
      this.#spool,
    )) {
      node.entry = this.#nature.adopt(entry);
      node.details = details;
      if (details.digest !== undefined && kept !== undefined) this.#kept.set(details.digest, kept);
      // What changed just now may change again without another time to show it.
      const grain = entry.changed % SECOND === 0n ? COARSE : TICK;
      if (entry.changed + grain >= start) continue;
      this.#nature.statCache?.set(node.path, stampOf(entry), details);
    }
  }

  /** The contents of that digest, if they were read. */
  kept(digest: Digest): Kept | undefined {
    return this.#kept.get(digest);
  }

  /** Reads the contents of the first digest, and of some of the others, which will be asked for next. Throws CONTEXT_INVALID. */
  async fetch(digest: Digest, others: readonly Digest[]): Promise<Kept> {
    const nodes = this.#ahead([digest, ...others]);
    const before = nodes.map((node) => node.details?.digest);
    await this.#read(nodes);
    for (const [at, node] of nodes.entries()) {
      if (node.details?.digest !== before[at]) throw changedWhileRead(node.path);
    }
    const kept = this.#kept.get(digest);
    if (kept === undefined) throw new Error(`${digest} is of another tree`);
    return kept;
  }

  #ahead(digests: readonly Digest[]): readonly Node[] {
    const nodes = new Set<Node>();
    let size = 0;
    for (const digest of digests) {
      const node = this.#kept.has(digest) ? undefined : this.#unopened.get(digest);
      if (node === undefined || nodes.has(node)) continue;
      size += node.entry.size;
      if (nodes.size > 0 && size > AHEAD) break;
      nodes.add(node);
    }
    return [...nodes];
  }
}
