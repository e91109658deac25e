/** `*`, `?`, or the character itself. */
type Token = { readonly any: 'many' | 'one' } | { readonly char: string };

/** Of a pattern times what it is held against: each place of the one meets each of the other. */
const MOST_STEPS = 1 << 26;
const NONE = -1;

/**
 * The value without the shortest, or longest, beginning that the pattern matches; `*` and `?` match no line end. Throws an
 * Error where the pattern is none.
 */
export function trimPrefix(value: string, pattern: string, isLongest: boolean): string {
  const [end = NONE] = matchEnds(Array.from(value), tokensOf(pattern), isLongest);
  return end === NONE ? value : Array.from(value).slice(end).join('');
}

/** The same at the end of the value. */
export function trimSuffix(value: string, pattern: string, isLongest: boolean): string {
  const backwards = Array.from(value).toReversed();
  const [end = NONE] = matchEnds(backwards, tokensOf(pattern).toReversed(), isLongest);
  return end === NONE ? value : backwards.slice(end).toReversed().join('');
}

/** The value with the first match, or all, replaced; each as long as it can be. */
export function replacePattern(
  value: string,
  pattern: string,
  replacement: string,
  replaceAll: boolean,
): string {
  const chars = Array.from(value);
  const ends = matchEnds(chars, tokensOf(pattern), true);
  let result = '';
  let isDone = false;
  // Behind the last character too, where an empty pattern matches; not where a match has just ended.
  for (let at = 0, last = NONE; at <= chars.length;) {
    const end = isDone ? NONE : (ends[at] ?? NONE);
    if (end > at || (end === at && at !== last)) {
      result += replacement;
      isDone = !replaceAll;
      last = end;
    }
    if (end > at) at = end;
    else result += chars[at++] ?? '';
  }
  return result;
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  const chars = Array.from(pattern);
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] ?? '';
    if (char === '*') tokens.push({ any: 'many' });
    else if (char === '?') tokens.push({ any: 'one' });
    else if (char === '\\') tokens.push({ char: escaped(chars[(at += 1)] ?? '') });
    else tokens.push({ char });
  }
  return tokens;
}

function escaped(char: string): string {
  if (char !== '' && '*?\\}/'.includes(char)) return char;
  throw new Error(`invalid escape '\\${char}'`);
}

// For each place of the value where a match that begins there ends, all of them at once, from the last token to the first: a
// regular expression would take a time that grows with a power of the value's length.
function matchEnds(
  chars: readonly string[],
  tokens: readonly Token[],
  isLongest: boolean,
): Int32Array {
  if ((chars.length + 1) * (tokens.length + 1) > MOST_STEPS) throw new Error('too long');
  let ends: Int32Array = Int32Array.from({ length: chars.length + 1 }, (_, at) => at);
  for (const token of tokens.toReversed()) ends = endsWith(token, chars, ends, isLongest);
  return ends;
}

function endsWith(
  token: Token,
  chars: readonly string[],
  after: Int32Array,
  isLongest: boolean,
): Int32Array {
  const ends = new Int32Array(chars.length + 1).fill(NONE);
  const isMany = 'any' in token && token.any === 'many';
  for (let at = chars.length; at >= 0; at -= 1) {
    const char = chars[at];
    const isMatch = char !== undefined && ('char' in token ? char === token.char : char !== '\n');
    if (isMany) {
      ends[at] = chosen(after[at] ?? NONE, isMatch ? (ends[at + 1] ?? NONE) : NONE, isLongest);
    } else if (isMatch) ends[at] = after[at + 1] ?? NONE;
  }
  return ends;
}

function chosen(a: number, b: number, isLongest: boolean): number {
  if (a === NONE || b === NONE) return Math.max(a, b);
  return isLongest ? Math.max(a, b) : Math.min(a, b);
}
