import { isKeptAttribute } from '@ctrkit/rootfs';
import type { WalkEnd, Walker, WalkEntry, WalkRecord, WalkSelection } from '@ctrkit/syscalls';
import { changedWhileRead, explainWalk } from './explain-walk.ts';
import { FileDigest } from './file-digest.ts';
import { stampOf } from './node.ts';
import type { Details, Node } from './node.ts';
import type { Kept, Spool, SpoolEntry } from './spool.ts';

/** What was found by opening something. */
export interface ReadNode {
  readonly node: Node;
  /** As it was when it was opened, with the attributes that are copied. */
  readonly entry: WalkEntry;
  readonly details: Details;
  /** Of a regular file. */
  readonly kept: Kept | undefined;
}

/** A file on its way through. */
interface Open {
  readonly node: Node;
  readonly entry: WalkEntry;
  readonly digest: FileDigest;
  readonly spooled: SpoolEntry;
}

const selectionOf = ({ path }: Node, isOpened: boolean): WalkSelection => ({
  path: Buffer.from(path, 'latin1'),
  depth: 0,
  contents: isOpened ? Number.MAX_SAFE_INTEGER : 0,
  xattrs: isOpened,
  optional: true,
});

/** Reads nodes, all of one walk, into the spool. */
class Reader {
  readonly read: ReadNode[] = [];
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #spool: Spool;
  #open: Open | undefined;

  constructor(nodes: readonly Node[], spool: Spool) {
    this.#nodes = new Map(nodes.map((node) => [node.path, node]));
    this.#spool = spool;
  }

  take(record: WalkRecord | WalkEnd): void {
    if (record.kind === 'data') {
      this.#open?.digest.add(record);
      this.#open?.spooled.add(record);
      return;
    }
    this.#close();
    if (record.kind === 'end') return;
    const path = record.path.toString('latin1');
    const node = this.#nodes.get(path);
    if (node === undefined || record.type !== node.entry.type) throw changedWhileRead(path);
    if (record.type !== 'file') this.#put(node, record, undefined, undefined);
    else
      this.#open = {
        node,
        entry: record,
        digest: new FileDigest(),
        spooled: this.#spool.open(record.size),
      };
  }

  #close(): void {
    const open = this.#open;
    if (open === undefined) return;
    const { node, entry, digest, spooled } = open;
    this.#open = undefined;
    const kept = spooled.end();
    if (digest.at > entry.size) throw changedWhileRead(node.path);
    this.#put(node, entry, digest.end(entry.size), kept);
  }

  abandon(): void {
    this.#open?.spooled.abandon();
  }

  #put(node: Node, entry: WalkEntry, digest: Details['digest'], kept: Kept | undefined): void {
    const xattrs = [...entry.xattrs].filter(([name]) => isKeptAttribute(name, entry.type));
    this.read.push({ node, entry, details: { digest, xattrs: new Map(xattrs) }, kept });
  }
}

/**
 * Opens files and directories, each once: what it says is what was there at one moment, for what changed between our opening
 * and our closing it is noticed. Throws CONTEXT_INVALID.
 */
export async function readDetails(
  walker: Walker,
  nodes: readonly Node[],
  spool: Spool,
): Promise<readonly ReadNode[]> {
  const reader = new Reader(nodes, spool);
  try {
    for await (const records of walker.walk(nodes.map((node) => selectionOf(node, true)))) {
      for (const record of records) reader.take(record);
    }
    await expectUnchanged(walker, reader.read);
  } catch (error) {
    reader.abandon();
    throw explainWalk(error);
  }
  if (reader.read.length === nodes.length) return reader.read;
  const there = new Set(reader.read.map(({ node }) => node));
  throw changedWhileRead(nodes.find((node) => !there.has(node))?.path ?? '');
}

async function expectUnchanged(walker: Walker, read: readonly ReadNode[]): Promise<void> {
  const files = read.filter(({ kept }) => kept !== undefined);
  const stamps = new Map(files.map(({ node, entry }) => [node.path, stampOf(entry)]));
  for await (const records of walker.walk(files.map(({ node }) => selectionOf(node, false)))) {
    for (const record of records) {
      if (record.kind !== 'entry') continue;
      const path = record.path.toString('latin1');
      if (stamps.get(path) !== stampOf(record)) throw changedWhileRead(path);
      stamps.delete(path);
    }
  }
  for (const path of stamps.keys()) throw changedWhileRead(path);
}
