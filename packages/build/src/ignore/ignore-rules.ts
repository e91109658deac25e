import { trimSpace } from './ignore-lines.ts';
import { ignorePattern } from './ignore-pattern.ts';
import type { IgnorePattern } from './ignore-pattern.ts';

/** What the rules say of a path; of a directory also what they say of all that is in it. */
export interface Verdict {
  readonly isExcluded: boolean;
  /** By pattern: it matches the path, or a directory above. */
  readonly matched: readonly boolean[];
}

const nothing: Verdict = { isExcluded: false, matched: [] };

/** The patterns of an ignore file, or of `--exclude`, together: the last that matches decides. */
export class IgnoreRules {
  readonly #patterns: readonly IgnorePattern[];
  readonly #exceptions: readonly IgnorePattern[];

  /** Of patterns as `readIgnoreLines` gives them. Throws CONTEXT_INVALID. */
  constructor(lines: readonly string[]) {
    this.#patterns = lines.filter((line) => trimSpace(line) !== '').map(ignorePattern);
    this.#exceptions = this.#patterns.filter(({ isException }) => isException);
  }

  get isEmpty(): boolean {
    return this.#patterns.length === 0;
  }

  /** What is said of the root. */
  get root(): Verdict {
    return nothing;
  }

  /**
   * What is said of a path, given what is said of the directory that it is in. A pattern that can change nothing any more is
   * not asked, and then does not count for what is below either: so it is in docker.
   */
  judge(path: string, parent: Verdict): Verdict {
    let isExcluded = false;
    const matched = this.#patterns.map((pattern, index) => {
      const isMatch =
        parent.matched[index] === true ||
        (pattern.isException === isExcluded && pattern.matches(path));
      if (isMatch) isExcluded = !pattern.isException;
      return isMatch;
    });
    return { isExcluded, matched };
  }

  /** Whether something below a directory that is left out may not be left out. */
  mayIncludeBelow(directory: string): boolean {
    return this.#exceptions.some((pattern) => pattern.mayMatchBelow(directory));
  }
}
