import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Parser } from 'tar';
import type { ReadEntry } from 'tar';
import { changeTime, contextTime } from './write-context.ts';

/** A file of an image. Two names of one file are one object. */
interface Entry {
  /** What `ls` would say: kind, permissions, owner. */
  readonly facts: string;
  /** What is in it, or where it leads; a number of bytes and a digest where that is long. */
  readonly content: string;
  readonly time: Date;
}

/** The files of an image by their paths, which begin with a slash. */
export type Tree = ReadonlyMap<string, Entry>;

const kinds: Record<string, string> = {
  File: 'f',
  OldFile: 'f',
  Directory: 'd',
  SymbolicLink: 'l',
  CharacterDevice: 'c',
  BlockDevice: 'b',
  FIFO: 'p',
};
const SHOWN = 72;
/** What is older was not made by a build. */
const RECENT = new Date('2020-01-01');

function describe(bytes: Buffer): string {
  const text = bytes.toString();
  if (bytes.length <= SHOWN && Buffer.from(text).equals(bytes)) return JSON.stringify(text);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return `${bytes.length} sha256:${digest.slice(0, 16)}`;
}

function contentOf(entry: ReadEntry, bytes: Buffer): string {
  if (entry.type === 'SymbolicLink') return `-> ${entry.linkpath ?? ''}`;
  if (entry.type === 'File' || entry.type === 'OldFile') return describe(bytes);
  return '';
}

function entryOf(entry: ReadEntry, bytes: Buffer): Entry {
  const mode = ((entry.mode ?? 0) & 0o7777).toString(8).padStart(4, '0');
  return {
    facts: `${kinds[entry.type] ?? entry.type} ${mode} ${entry.uid ?? 0}:${entry.gid ?? 0}`,
    content: contentOf(entry, bytes),
    time: entry.mtime ?? new Date(),
  };
}

const pathOf = (name: string): string =>
  `/${name.split('/').filter((part) => part !== '' && part !== '.').join('/')}`; // prettier-ignore

function removeBelow(tree: Map<string, Entry>, path: string): void {
  const prefix = path === '/' ? '/' : `${path}/`;
  for (const name of tree.keys()) if (name.startsWith(prefix) && name !== '/') tree.delete(name);
}

// https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
function applyWhiteout(tree: Map<string, Entry>, path: string): boolean {
  const [, parent = '', name = ''] = /^(.*)\/\.wh\.(.+)$/.exec(path) ?? [];
  if (name === '') return false;
  if (name === '.wh..opq') removeBelow(tree, parent === '' ? '/' : parent);
  else {
    tree.delete(`${parent}/${name}`);
    removeBelow(tree, `${parent}/${name}`);
  }
  return true;
}

function apply(tree: Map<string, Entry>, entry: ReadEntry, bytes: Buffer): void {
  const path = pathOf(entry.path);
  if (applyWhiteout(tree, path)) return;
  const linked = entry.type === 'Link' ? tree.get(pathOf(entry.linkpath ?? '')) : undefined;
  if (entry.type !== 'Directory') removeBelow(tree, path);
  tree.set(path, linked ?? entryOf(entry, bytes));
}

/**
 * The files of these layers (uncompressed tar archives, the lowest first) on those of a tree below. It uses nothing of
 * the packages under test.
 */
export async function treeOf(layers: readonly Buffer[], below: Tree = new Map()): Promise<Tree> {
  const tree = new Map(below);
  for (const layer of layers) {
    const parser = new Parser({
      onReadEntry(entry) {
        const chunks: Buffer[] = [];
        entry.on('data', (chunk: Buffer) => chunks.push(chunk));
        entry.on('end', () => apply(tree, entry, Buffer.concat(chunks)));
      },
    });
    const ended = once(parser, 'end');
    parser.end(layer);
    await ended;
  }
  return tree;
}

// A directory's is that of the last change in it, which builders keep or not.
function timeOf({ time, facts }: Entry): string {
  if (time > RECENT || facts.startsWith('d')) return '';
  const second = new Date(Math.floor(time.getTime() / 1000) * 1000);
  if (second.getTime() === contextTime.getTime()) return ' @context';
  if (second.getTime() === changeTime.getTime()) return ' @changed';
  return ` @${second.toISOString().replace('.000', '')}`;
}

const shown = (path: string): string => (/^[!-~]+$/.test(path) ? path : JSON.stringify(path));

function firstNames(tree: Tree): Map<Entry, string> {
  const names = new Map<Entry, string>();
  for (const path of [...tree.keys()].toSorted()) {
    const entry = tree.get(path);
    if (entry !== undefined && !names.has(entry)) names.set(entry, path);
  }
  return names;
}

function removedFrom(base: Tree, tree: Tree): string[] {
  const removed = new Set([...base.keys()].filter((path) => !tree.has(path)));
  return [...removed].filter((path) => !removed.has(path.slice(0, path.lastIndexOf('/'))));
}

/**
 * What differs in a tree from that of its base, a line each, by path: `f 0644 0:0 /etc/motd "hi\n" @context`. The time of
 * what is no directory is told where it is the context's or another of long ago; `= /path` stands for the contents of a second name of a file.
 */
export function linesOf(tree: Tree, base: Tree): string[] {
  const names = firstNames(tree);
  const line = (path: string, entry: Entry): string => {
    const first = names.get(entry);
    const content = first === path || first === undefined ? entry.content : `= ${shown(first)}`;
    return `${entry.facts} ${shown(path)}${content === '' ? '' : ` ${content}`}${timeOf(entry)}`;
  };
  const isSame = (path: string, entry: Entry): boolean => {
    const other = base.get(path);
    if (other === entry) return true;
    return other?.facts === entry.facts && entry.facts.startsWith('d');
  };
  const changed = [...tree].filter(([path, entry]) => !isSame(path, entry));
  const lines = [
    ...changed.map(([path, entry]) => [path, line(path, entry)] as const),
    ...removedFrom(base, tree).map((path) => [path, `- ${shown(path)}`] as const),
  ];
  return lines.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
}
