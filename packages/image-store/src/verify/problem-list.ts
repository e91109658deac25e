import { blobPath } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { formatReference } from '@ctrkit/oci';
import type { Descriptor, Reference } from '@ctrkit/oci';
import type { Entry } from '../entries.ts';
import type { FoundProblem, ProblemCode } from './problem.ts';

/** Problems as they are found: one for a blob and a code, whatever the number of images that share it. */
export class ProblemList {
  readonly #layout: Layout;
  readonly #problems = new Map<string, FoundProblem>();

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  get all(): FoundProblem[] {
    return [...this.#problems.values()];
  }

  /** A blob that is not as `entry`, or nobody, needs it. */
  addBlob(
    descriptor: Descriptor,
    { code, message }: { code: ProblemCode; message: string },
    entry?: Entry,
  ): void {
    const { digest } = descriptor;
    const key = `${code} ${digest}`;
    const known = this.#problems.get(key);
    const images = unique([
      ...(known?.images ?? []),
      ...(entry === undefined ? [] : [nameOf(entry)]),
    ]);
    const source = entry === undefined ? undefined : sourceOf(entry);
    const sources = [...(known?.sources ?? []), ...(source === undefined ? [] : [source])];
    const pull = unique(sources.map(formatReference));
    const path = blobPath(this.#layout, digest);
    this.#problems.set(key, { code, message, digest, path, images, pull, sources, descriptor });
  }

  /** Something that is no blob. */
  addForeign(path: string): void {
    const message = `${path}: is no blob, and not this store's`;
    const rest = { images: [], pull: [], sources: [] };
    this.#problems.set(path, { code: 'FOREIGN_FILE', message, path, ...rest });
  }
}

function nameOf({ descriptor, reference }: Entry): string {
  return reference === undefined ? descriptor.digest : formatReference(reference);
}

// By digest: a tag may mean another image by now.
function sourceOf({ descriptor, reference }: Entry): Reference | undefined {
  if (reference === undefined) return undefined;
  const { registry, repository } = reference;
  return { registry, repository, digest: descriptor.digest };
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}
