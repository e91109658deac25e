// JavaScript's \s has U+FEFF too, and has not U+0085.
const SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Whether a character is what Go takes for white space (unicode.IsSpace). */
export function isSpace(char: string): boolean {
  return SPACE.test(char);
}
