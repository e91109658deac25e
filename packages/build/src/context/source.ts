import type { Digest } from '@ctrkit/oci';
import type { WalkData, WalkEntry } from '@ctrkit/syscalls';

/** What of a tree is copied. */
export interface Wanted {
  /** Paths and globs (Go's filepath.Match, and `**`), relative to the tree's root; links in them lead nowhere outside. */
  readonly sources: readonly string[];
  /** Patterns as in .dockerignore, of what of it is left out. @default none */
  readonly exclude?: readonly string[];
  /** Whether the sources' parent directories are kept (COPY --parents). @default false */
  readonly parents?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** One thing that a source pattern matched. */
export interface Match {
  /** Relative to the tree's root, `.` for the root; for people: what is no UTF-8 is not exact. */
  readonly path: string;
  /** The last name of the path, as its bytes: what a file is called at its destination. Empty for the root. */
  readonly name: Buffer;
  readonly isDirectory: boolean;
  readonly entries: readonly SelectedEntry[];
}

/**
 * An entry below a match. Its `path` is relative to the match: `.` is the match itself, so a directory's own name is not in it, as
 * COPY has it; with `parents`, to the tree's root (or to the pivot `/./`).
 */
export interface SelectedEntry {
  readonly entry: WalkEntry;
  /** Of a regular file. */
  readonly digest: Digest | undefined;
}

/** What was matched, with its digests: enough to know a step's key, without reading a file whose digest is known already. */
export interface Selection {
  readonly matches: readonly Match[];
  /**
   * Of names, kinds, permissions, owners, attributes, link targets and contents; not of times. The same on any machine.
   */
  readonly digest: Digest;
  /**
   * A file's contents, holes left out where they are known; of a file of the context never read from there a second time.
   * Throws CONTEXT_INVALID where it is not any more what its digest says.
   */
  contents(selected: SelectedEntry): AsyncIterable<WalkData>;
}

/**
 * A tree that COPY and ADD read from: the context, a named context, the root of a stage or of an image. Several may be asked of it at once.
 */
export interface SourceTree extends AsyncDisposable {
  /**
   * Directories are looked at when they are first asked for, and then stay what they were: who wants one moment for all asks
   * for all first. Throws SOURCE_NOT_FOUND where a source matches nothing (in the words of docker behind `COPY failed: `),
   * ARGUMENT_INVALID, CONTEXT_INVALID where something changes while it is read, the reason of `signal`.
   */
  select(wanted: Wanted): Promise<Selection>;
}
