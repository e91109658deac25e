import { globMatcher, OciError } from '@ctrkit/oci';
import { BuildError } from '../build-error.ts';
import { cleanPath, trimSpace } from './ignore-lines.ts';
import { wildcardTest } from './wildcards.ts';

/** One pattern of an ignore file. */
export interface IgnorePattern {
  /** `!`: what it matches is not left out after all. */
  readonly isException: boolean;
  matches(path: string): boolean;
  /** Whether it may match something below a directory that it does not match itself. */
  mayMatchBelow(directory: string): boolean;
}

/** Whether a pattern is nothing but `**` at its beginning or end and plain letters. */
function plainTest(pattern: string): ((path: string) => boolean) | undefined {
  if (/[?[\]\\]/.test(pattern)) return undefined;
  const at = pattern.indexOf('*');
  if (at < 0) return (path) => path === pattern;
  if (at === 0 && /^\*\*[^*]*$/.test(pattern)) {
    const suffix = pattern.slice(2);
    return (path) => path.endsWith(suffix) || (suffix.startsWith('/') && path === suffix.slice(1));
  }
  if (at === pattern.length - 2 && pattern.endsWith('**')) {
    const prefix = pattern.slice(0, -2);
    return (path) => path.startsWith(prefix);
  }
  return undefined;
}

/** A pattern's components up to the first from which it may go to any depth. */
function componentsOf(pattern: string): {
  readonly tests: ((name: string) => boolean)[];
  readonly isDeep: boolean;
} {
  const names = pattern.split('/');
  const at = names.findIndex((name) => name.includes('**') || /[[\]\\]/.test(name));
  const fixed = at < 0 ? names : names.slice(0, at);
  return { tests: fixed.map((name) => globMatcher(name)), isDeep: at >= 0 };
}

/**
 * A pattern as `readIgnoreLines` gives it. Throws CONTEXT_INVALID in docker's words.
 * https://pkg.go.dev/github.com/moby/patternmatcher
 */
export function ignorePattern(line: string): IgnorePattern {
  const trimmed = cleanPath(trimSpace(line));
  const isException = trimmed.startsWith('!');
  const pattern = isException ? trimmed.slice(1) : trimmed;
  if (pattern === '') throw new BuildError('CONTEXT_INVALID', 'illegal exclusion pattern: "!"');
  try {
    globMatcher(pattern);
    const matches = plainTest(pattern) ?? wildcardTest(pattern);
    const { tests, isDeep } = componentsOf(pattern);
    const mayMatchBelow = (directory: string): boolean => {
      const names = directory.split('/');
      const isLonger = tests.length > names.length || isDeep;
      return isLonger && names.every((name, index) => tests[index]?.(name) ?? isDeep);
    };
    return { isException, matches, mayMatchBelow };
  } catch (cause) {
    if (!(cause instanceof OciError || cause instanceof SyntaxError)) throw cause;
    throw new BuildError('CONTEXT_INVALID', `${JSON.stringify(pattern)}: syntax error in pattern`, {
      cause,
    });
  }
}
