import { ImageStoreError } from './image-store-error.ts';

// One element of a pattern: an escaped letter, a class, a wildcard, a letter.
const element = /\\([\s\S])|\[(\^?)((?:\\[\s\S]|[^\]\\])+)\]|([*?])|([^\\[])/gy;
const special = /[\\^$.*+?()[\]{}|/-]/g;

const literal = (letter: string): string => letter.replaceAll(special, '\\$&');

// Inside a class only `-` between two letters means more than itself.
function classOf(isNegated: boolean, content: string): string {
  const letters = content.replaceAll(/\\([\s\S])|[\\^[\]]/g, (all, escaped?: string) =>
    literal(escaped ?? all),
  );
  return isNegated ? `[^/${letters}]` : `(?!/)[${letters}]`;
}

/**
 * A test for docker's patterns of names (Go's path.Match): `*` and `?` match anything but `/`, `[a-z]` a letter of
 * a class, `\` makes the next letter plain. Throws FILTER_INVALID.
 * https://pkg.go.dev/path#Match
 */
export function pathMatcher(pattern: string): (text: string) => boolean {
  let source = '';
  let end = 0;
  for (const [all, escaped, negation, content, wildcard, plain] of pattern.matchAll(element)) {
    end += all.length;
    if (escaped !== undefined) source += literal(escaped);
    else if (content !== undefined) source += classOf(negation === '^', content);
    else if (wildcard !== undefined) source += wildcard === '*' ? '[^/]*' : '[^/]';
    else source += literal(plain ?? '');
  }
  if (end < pattern.length) throw invalid(pattern);
  const expression = compile(source, pattern);
  return (text) => expression.test(text);
}

function compile(source: string, pattern: string): RegExp {
  try {
    return new RegExp(`^${source}$`, 'u');
  } catch (cause) {
    throw invalid(pattern, cause);
  }
}

function invalid(pattern: string, cause?: unknown): ImageStoreError {
  return new ImageStoreError('FILTER_INVALID', `${pattern}: syntax error in pattern`, {
    cause,
    hint: 'as in file names: * and ? for any letters, [a-z] for some, \\ before a plain one',
  });
}
