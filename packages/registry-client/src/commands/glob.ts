/** Whether a word fits a pattern, in which `*` stands for any characters and `?` for one. */
export function globMatcher(pattern: string): (word: string) => boolean {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  // Stars side by side mean what one means, and would only be tried in every division.
  const source = literal.replaceAll(/\*+/g, '.*').replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`);
  return (word) => expression.test(word);
}
