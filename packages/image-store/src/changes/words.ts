/** What a `$NAME` stands for. */
export type Variables = ReadonlyMap<string, string>;

const SPACE = /\s/;
const REFERENCE = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:[-+])([^}]*))?\})/;

/**
 * The words of an instruction, by the rules of a Dockerfile: separated by white space, with quotes, backslashes
 * and `$NAME`, `${NAME}`, `${NAME:-word}`, `${NAME:+word}`.
 * https://docs.docker.com/reference/dockerfile/#environment-replacement
 */
export function splitWords(text: string, variables: Variables): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (const { value, separates } of piecesOf(text, variables)) {
    if (!separates) word = (word ?? '') + value;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}

/** The text with its quotes taken away and its variables put in, as one word. */
export function oneWord(text: string, variables: Variables): string {
  return [...piecesOf(text, variables)].map(({ value }) => value).join('');
}

interface Piece {
  readonly value: string;
  /** White space outside of quotes. */
  readonly separates?: true;
}

function* piecesOf(text: string, variables: Variables): Generator<Piece, void, undefined> {
  let quote: '"' | "'" | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote !== undefined && char === quote) {
      quote = undefined;
    } else if (quote === undefined && (char === '"' || char === "'")) {
      quote = char;
      // '' is a word too.
      yield { value: '' };
    } else if (char === '\\' && quote !== "'" && isEscape(text.charAt(at + 1), quote)) {
      at += 1;
      yield { value: text.charAt(at) };
    } else if (char === '$' && quote !== "'") {
      const { value, length } = variableAt(text.slice(at), variables);
      at += length - 1;
      yield { value };
    } else if (quote === undefined && SPACE.test(char)) yield { value: char, separates: true };
    else yield { value: char };
  }
  if (quote !== undefined) throw new Error(`unterminated ${quote}`);
}

function isEscape(next: string, quote: string | undefined): boolean {
  return next !== '' && (quote === undefined || /["$\\]/.test(next));
}

function variableAt(text: string, variables: Variables): { value: string; length: number } {
  const match = REFERENCE.exec(text);
  if (match === null) {
    if (text.startsWith('${')) throw new Error('unsupported ${…}');
    return { value: '$', length: 1 };
  }
  const [{ length }, bare, braced = '', operator, word = ''] = match;
  const found = variables.get(bare ?? braced) ?? '';
  if (operator === ':-' && found === '') return { value: word, length };
  if (operator === ':+') return { value: found === '' ? '' : word, length };
  return { value: found, length };
}
