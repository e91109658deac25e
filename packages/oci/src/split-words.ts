import { isSpace } from './white-space.ts';

/**
 * The words of an ENV, LABEL or ARG: what white space outside of quotes divides; quotes, escapes and variables stay as they are
 * written. A quote that does not end takes the rest.
 */
export function splitWords(text: string, escape = '\\'): string[] {
  const words: string[] = [];
  for (let at = 0; at < text.length;) {
    if (isSpace(text.charAt(at))) at += 1;
    else {
      const end = wordEnd(text, at, escape);
      words.push(withoutLastEscape(text.slice(at, end), escape));
      at = end;
    }
  }
  return words;
}

function wordEnd(text: string, start: number, escape: string): number {
  let quote = '';
  for (let at = start; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === escape && quote !== "'") at += 1;
    else if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (isSpace(char)) return at;
  }
  return text.length;
}

// One that has nothing more to escape.
function withoutLastEscape(word: string, escape: string): string {
  let count = 0;
  while (count < word.length && word.at(-1 - count) === escape) count += 1;
  return count % 2 === 1 ? word.slice(0, -1) : word;
}
