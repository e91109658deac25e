import type { LayerFile } from './layer-files.ts';
import { parentsOf } from './merge-layers.ts';
import type { ImageFiles } from './merge-layers.ts';

/** What may differ between two files; times do not count. */
export type FileAspect =
  'type' | 'mode' | 'owner' | 'size' | 'contents' | 'target' | 'device' | 'xattrs';

/** A difference at one path, in docker's letters: added, changed, deleted. */
export interface FileChange {
  readonly kind: 'A' | 'C' | 'D';
  /** Absolute; bytes that are no UTF-8 are replaced. */
  readonly path: string;
  /** Of a change: in what. Empty for a directory in which only something below changed. */
  readonly aspects: readonly FileAspect[];
  /** Bytes before and after, of regular files. */
  readonly sizes?: readonly [number | undefined, number | undefined];
}

/**
 * What turns the one set of files into the other, in the order of their paths, as `docker diff` lists it: with the
 * directories above each change, and of a removed directory nothing below it.
 */
export function diffFiles(before: ImageFiles, after: ImageFiles): FileChange[] {
  const changes = new Map<string, FileChange>();
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const change = changeAt(path, before.get(path), after.get(path));
    if (change !== undefined) changes.set(path, change);
  }
  for (const path of changes.keys()) addParents(changes, path, after);
  const paths = [...changes.keys()].toSorted();
  return paths.flatMap((path) => {
    const change = changes.get(path);
    const isBelowRemoved = parentsOf(path).some((parent) => !after.has(parent));
    return change === undefined || isBelowRemoved ? [] : [change];
  });
}

function addParents(changes: Map<string, FileChange>, path: string, after: ImageFiles): void {
  for (const parent of parentsOf(path)) {
    if (changes.has(parent) || !after.has(parent)) continue;
    changes.set(parent, { kind: 'C', path: shown(parent), aspects: [] });
  }
}

function changeAt(
  path: string,
  before: LayerFile | undefined,
  after: LayerFile | undefined,
): FileChange | undefined {
  const aspects = before !== undefined && after !== undefined ? aspectsOf(before, after) : [];
  if (before !== undefined && after !== undefined && aspects.length === 0) return undefined;
  const kind = before === undefined ? 'A' : after === undefined ? 'D' : 'C';
  const sizes = [sizeOf(before), sizeOf(after)] as const;
  const hasSize = sizes.some((size) => size !== undefined);
  return { kind, path: shown(path), aspects, ...(hasSize && { sizes }) };
}

function aspectsOf(before: LayerFile, after: LayerFile): FileAspect[] {
  const differ: readonly (readonly [FileAspect, boolean])[] = [
    ['type', before.type !== after.type],
    ['mode', before.mode !== after.mode],
    ['owner', before.uid !== after.uid || before.gid !== after.gid],
    ['size', before.size !== after.size],
    ['contents', before.contents !== after.contents],
    ['target', before.target !== after.target],
    ['device', before.device !== after.device],
    ['xattrs', before.xattrs !== after.xattrs],
  ];
  return differ.filter(([, is]) => is).map(([aspect]) => aspect);
}

const sizeOf = (file: LayerFile | undefined): number | undefined =>
  file?.type === 'file' ? file.size : undefined;

function shown(path: string): string {
  return `/${Buffer.from(path, 'latin1').toString('utf8')}`;
}
