import { formatReference, OciError, parseReference } from '@ctrkit/oci';
import type { Descriptor, Reference } from '@ctrkit/oci';
import { readIndex } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';

/** Annotations of an entry of index.json that hold its name. */
export const REF_NAME = 'org.opencontainers.image.ref.name';
export const FULL_NAME = 'io.containerd.image.name';

/** One entry of index.json with what its name says. */
export interface Entry {
  /** What the name points at: a manifest or an index. */
  readonly descriptor: Descriptor;
  /** Missing where the entry is nameless, or its annotation is only a tag. */
  readonly reference?: Reference;
}

/** All entries of a layout's index.json, in its order. */
export async function readEntries(layout: Layout): Promise<Entry[]> {
  const { manifests } = await readIndex(layout);
  return manifests.map((descriptor) => {
    const reference = referenceOf(descriptor);
    return { descriptor, ...(reference !== undefined && { reference }) };
  });
}

/**
 * The image reference of an entry: the full name that containerd, docker and this store record, else
 * a ref name that holds a repository. One with neither `/` nor `:` is by the spec's grammar just as
 * well a tag (`oci:DIR:latest`), and a tag alone names no image. A name with the digest of anything
 * else names nothing: whoever pins a digest must get these bytes.
 */
export function referenceOf(descriptor: Descriptor): Reference | undefined {
  const reference = claimedReference(descriptor);
  return reference !== undefined && isOf(reference, descriptor) ? reference : undefined;
}

/** Whether a reference has no digest, or that of this descriptor. */
export function isOf({ digest }: Reference, descriptor: Descriptor): boolean {
  return digest === undefined || digest === descriptor.digest;
}

/** The same, whatever digest it has: what the entry says, which may be false. */
export function claimedReference(descriptor: Descriptor): Reference | undefined {
  const full = descriptor.annotations?.[FULL_NAME];
  const short = descriptor.annotations?.[REF_NAME];
  const name = full ?? (short !== undefined && /[/:]/.test(short) ? short : undefined);
  if (name === undefined) return undefined;
  try {
    return parseReference(name);
  } catch (error) {
    if (error instanceof OciError) return undefined;
    throw error;
  }
}

/** The tag under which a nameless entry was written, as in `oci:DIR:latest`, if it is one. */
export function bareTagOf(descriptor: Descriptor): string | undefined {
  const short = descriptor.annotations?.[REF_NAME];
  return short !== undefined && /^[\w][\w.-]{0,127}$/.test(short) ? short : undefined;
}

/** The same descriptor as an entry of that name, or of none. */
export function named(descriptor: Descriptor, reference: Reference | undefined): Descriptor {
  const { [REF_NAME]: _short, [FULL_NAME]: _full, ...annotations } = descriptor.annotations ?? {};
  const name = reference === undefined ? {} : namesFor(formatReference(reference));
  const all = { ...annotations, ...name };
  const { annotations: _old, ...rest } = descriptor;
  return Object.keys(all).length === 0 ? rest : { ...rest, annotations: all };
}

/** Whether two references mean the same image by name. */
export function sameName(a: Reference | undefined, b: Reference | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return formatReference(a) === formatReference(b);
}

/**
 * The entries with these added: each takes the name from its namesake, which stays, as with docker, without one if it
 * had no other; a nameless entry of the same digest is dropped when the digest gets a name, or kept as the one that it
 * is.
 */
export function withEntries(
  entries: readonly Descriptor[],
  added: readonly Descriptor[],
): Descriptor[] {
  return added.reduce<Descriptor[]>((all, entry) => withEntry(all, entry), [...entries]);
}

function withEntry(entries: Descriptor[], added: Descriptor): Descriptor[] {
  const name = referenceOf(added);
  const digestIsThere = entries.some(({ digest }) => digest === added.digest);
  if (name === undefined && digestIsThere) return entries;
  const others = entries.filter((entry) => !sameName(referenceOf(entry), name));
  const bereft = entries.filter((entry) => sameName(referenceOf(entry), name));
  const kept = bereft.reduce(withNameless, others);
  return [
    ...kept.filter((entry) => referenceOf(entry) !== undefined || entry.digest !== added.digest),
    added,
  ];
}

/** The entries with one more that has lost its name, unless its digest is there under another. */
export function withNameless(entries: readonly Descriptor[], bereft: Descriptor): Descriptor[] {
  if (entries.some(({ digest }) => digest === bereft.digest)) return [...entries];
  return [...entries, named(bereft, undefined)];
}

function namesFor(name: string): Record<string, string> {
  return { [REF_NAME]: name, [FULL_NAME]: name };
}
