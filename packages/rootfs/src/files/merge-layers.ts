import { Descendants } from './descendants.ts';
import type { LayerFile, LayerFiles } from './layer-files.ts';

/** The files of an image, by path without a slash in front. */
export type ImageFiles = Map<string, LayerFile>;

const impliedDirectory: LayerFile = {
  type: 'directory',
  mode: 0o755,
  uid: 0,
  gid: 0,
  size: 0,
  target: '',
  device: '',
  xattrs: '',
};

/** Lays a layer over what is below it. https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md */
export function layOver(below: ImageFiles, layer: LayerFiles): void {
  const hidden = [...layer.removed, ...layer.opaque];
  if (hidden.length > 0) removeHidden(below, layer);
  // Most layers put nothing in a directory's place.
  let descendants: Descendants | undefined;
  for (const [path, file] of layer.files) {
    for (const parent of parentsOf(path)) {
      if (below.get(parent)?.type !== 'directory') below.set(parent, impliedDirectory);
    }
    if (file.type !== 'directory' && below.get(path)?.type === 'directory') {
      descendants ??= new Descendants(below.keys());
      for (const each of descendants.take(path)) below.delete(each);
    }
    descendants?.add(path);
    below.set(path, linkOf(below, file));
  }
}

// Of a hard link into a lower layer only that tells what it is.
function linkOf(below: ImageFiles, file: LayerFile): LayerFile {
  if (file.size !== -1) return file;
  const original = below.get(file.target.replace(/^(?:\.?\/)+/, ''));
  return original === undefined ? file : { ...original, isLink: true };
}

function removeHidden(below: ImageFiles, { removed, opaque }: LayerFiles): void {
  for (const path of below.keys()) {
    const parents = ['', ...parentsOf(path)];
    const isGone = removed.has(path) || parents.some((parent) => removed.has(parent));
    if (isGone || parents.some((parent) => opaque.has(parent))) below.delete(path);
  }
}

/** The directories above a path, the uppermost first. */
export function parentsOf(path: string): string[] {
  const names = path.split('/');
  return names.slice(0, -1).map((_, at) => names.slice(0, at + 1).join('/'));
}
