import { globMatcher, OciError } from '@ctrkit/oci';
import { BuildError } from '../build-error.ts';
import { cleanPath } from '../ignore/ignore-lines.ts';

/** A source of COPY or ADD, taken apart. */
export interface SourcePattern {
  /** As written. */
  readonly text: string;
  /** Its components, cleaned: none lead out of the root. */
  readonly names: readonly string[];
  /** From which component on it is a pattern; their number where it is none. */
  readonly firstWild: number;
  /** How many components stand before the pivot `/./`. */
  readonly pivot: number;
}

const isWild = (name: string): boolean => /[*?[]/.test(name.replaceAll(/\\[\s\S]/g, ''));

const namesOf = (path: string): string[] =>
  cleanPath(`/${path}`)
    .split('/')
    .filter((name) => name !== '');

/** https://docs.docker.com/reference/dockerfile/#copy */
export function parseSource(text: string): SourcePattern {
  const names = namesOf(text);
  const wild = names.findIndex(isWild);
  const pivot = text.indexOf('/./');
  return {
    text,
    names,
    firstWild: wild < 0 ? names.length : wild,
    pivot: pivot < 0 ? 0 : namesOf(text.slice(0, pivot)).length,
  };
}

/** Whether it may find more or less than one thing. */
export function isPattern(text: string): boolean {
  return namesOf(text).some(isWild);
}

/** Whether the path leads out of the root, as it is written. */
export function leadsOut(text: string): boolean {
  return /^\/*\.\.(?:\/|$)/.test(cleanPath(text));
}

/** The test for one component of a pattern. Throws ARGUMENT_INVALID. */
export function nameTest(name: string): (name: string) => boolean {
  try {
    return globMatcher(name);
  } catch (cause) {
    if (!(cause instanceof OciError)) throw cause;
    throw new BuildError('ARGUMENT_INVALID', cause.message, { cause });
  }
}
