import { linesOf, treeOf } from './tree.ts';
import type { Tree } from './tree.ts';

/** An image as its builder wrote it. */
export interface BuiltImage {
  /** The image configuration, https://github.com/opencontainers/image-spec/blob/main/config.md */
  readonly configuration: {
    readonly author?: string;
    readonly created?: string;
    readonly config?: Readonly<Record<string, unknown>>;
    /** docker writes null where there is no layer. */
    readonly rootfs: { readonly diff_ids: readonly string[] | null };
    readonly history?: readonly { readonly created_by?: string; readonly empty_layer?: boolean }[];
  };
  /** An uncompressed layer. */
  layer(index: number): Promise<Buffer>;
}

/** What of an image is compared. */
export interface ImageFacts {
  readonly author?: string;
  /** The fields that say something. */
  readonly config: Readonly<Record<string, unknown>>;
  /** How many it adds to its base that have something in them. */
  readonly layers: number;
  /** What it adds to its base, or takes from it: see linesOf. */
  readonly tree: readonly string[];
}

/** An image that builds start from. */
export interface BaseImage {
  readonly diffIds: readonly string[];
  readonly tree: Tree;
}

// What docker keeps of the container that made an image, and what BuildKit says to Windows only.
const unheard = new Set([
  'ArgsEscaped',
  'Hostname',
  'Domainname',
  'Image',
  'AttachStdin',
  'AttachStdout',
  'AttachStderr',
  'Tty',
  'OpenStdin',
  'StdinOnce',
]);

function saysNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** `PATH` of the base images, which is told as `PATH=default`. */
const defaultPath =
  /^PATH=\/usr\/local\/sbin:\/usr\/local\/bin:\/usr\/sbin:\/usr\/bin:\/sbin:\/bin$/;

function sorted(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(defaultPath, 'PATH=default');
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, sorted(item)]));
}

/** The fields of an image's `config` that say something, by name. */
export function configOf(config: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const kept = Object.entries(config).filter(
    ([name, value]) => !unheard.has(name) && !saysNothing(value),
  );
  return sorted(Object.fromEntries(kept)) as Record<string, unknown>;
}

function startsWith(diffIds: readonly string[], base: BaseImage): boolean {
  return base.diffIds.every((diffId, index) => diffIds[index] === diffId);
}

/** Reads an image beside the base that it was built from, the one of most layers that it begins with. */
export async function factsOf(image: BuiltImage, bases: readonly BaseImage[]): Promise<ImageFacts> {
  const diffIds = image.configuration.rootfs.diff_ids ?? [];
  const fitting = bases.filter((base) => startsWith(diffIds, base));
  const base = fitting.toSorted((a, b) => b.diffIds.length - a.diffIds.length)[0];
  const below = base?.diffIds.length ?? 0;
  const added = diffIds.slice(below).map((_, index) => image.layer(below + index));
  // An archive's end alone is a layer of a step that changed nothing.
  const filled = (await Promise.all(added)).filter((layer) => layer.some((byte) => byte !== 0));
  const tree = await treeOf(filled, base?.tree);
  const author = image.configuration.author ?? '';
  return {
    ...(author === '' ? {} : { author }),
    config: configOf(image.configuration.config),
    layers: filled.length,
    tree: linesOf(tree, base?.tree ?? new Map()),
  };
}
