/**
 * What a layer has at a path so far. `implied`: a directory that only its children speak of; `pending`: a hard link
 * to what may be in a lower layer; `dropped`: what could not be made.
 */
export type Kind =
  'directory' | 'implied' | 'file' | 'symlink' | 'node' | 'pending' | 'whiteout' | 'dropped';

/** One place in a layer, with the places below it. */
export interface Place {
  kind: Kind;
  /** Nothing of lower layers shows in this directory. */
  opaque: boolean;
  /** The target of a `pending` link. */
  target?: string;
  children?: Map<string, Place>;
}

export function isDirectory(place: Pick<Place, 'kind'> | undefined): boolean {
  return place?.kind === 'directory' || place?.kind === 'implied';
}

/** The child of that name, from here on of that kind; a directory that stays one keeps what is in it. */
export function putChild(parent: Place, name: string, kind: Kind): Place {
  parent.children ??= new Map();
  const present = parent.children.get(name);
  if (present !== undefined && isDirectory(present) && kind === 'directory') {
    present.kind = kind;
    return present;
  }
  const place: Place = { kind, opaque: present?.kind === 'whiteout' && isDirectory({ kind }) };
  parent.children.set(name, place);
  return place;
}

/** The place at a path, undefined where the layer says nothing of it. */
export function findPlace(root: Place, components: readonly string[]): Place | undefined {
  let place: Place | undefined = root;
  for (const name of components) place = place?.children?.get(name);
  return place;
}

/** All places below, parents first. */
export function* placesBelow(
  place: Place,
  path = '',
  opaque = false,
): Generator<{ path: string; place: Place; hidden: boolean }> {
  for (const [name, child] of place.children ?? []) {
    const below = path === '' ? name : `${path}/${name}`;
    const hidden = opaque || child.opaque;
    yield { path: below, place: child, hidden };
    yield* placesBelow(child, below, hidden);
  }
}
