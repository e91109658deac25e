import { isPrintable, quote } from './quote.ts';
import { isSpace, type Scanner } from './scanner.ts';
import { keywords, type TokenKind } from './tokens.ts';

const wordCharacter = /[\p{L}\p{Nd}_]/u;
const signs: Readonly<Record<string, TokenKind>> = { '|': 'pipe', '=': 'assign' };
const quotes: Readonly<Record<string, readonly [TokenKind, string]>> = {
  '"': ['string', 'unterminated quoted string'],
  "'": ['rune', 'unterminated character constant'],
};

/** A code point as Go names it in messages: `U+007D '}'`. */
function codePoint(char: string): string {
  const hex = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `U+${hex}${isPrintable(char) ? ` '${char}'` : ''}`;
}

const whole = (scanner: Scanner, at = scanner.position): string =>
  String.fromCodePoint(scanner.text.codePointAt(at) ?? 0);

function wordEnd(scanner: Scanner, from: number): number {
  let end = from;
  while (end < scanner.text.length) {
    const char = whole(scanner, end);
    if (!wordCharacter.test(char)) break;
    end += char.length;
  }
  return end;
}

/** Whether a word may end there: `.Name}` and `.Name;` are mistakes. */
function mayEnd(scanner: Scanner, at: number): boolean {
  const next = scanner.text.charAt(at);
  return (
    next === '' || isSpace(next) || '.,|:()'.includes(next) || scanner.text.startsWith('}}', at)
  );
}

function takeWord(scanner: Scanner, kind: TokenKind, end: number): void {
  if (mayEnd(scanner, end)) return scanner.take(kind, end);
  scanner.fail(`bad character ${codePoint(whole(scanner, end))}`);
}

function scanWord(scanner: Scanner): void {
  const end = wordEnd(scanner, scanner.position);
  const word = scanner.text.slice(scanner.position, end);
  const isBoolean = word === 'true' || word === 'false';
  const plain: TokenKind = word === 'nil' ? 'nil' : isBoolean ? 'boolean' : 'identifier';
  takeWord(scanner, keywords.has(word) ? 'keyword' : plain, end);
}

function scanNamed(scanner: Scanner, kind: 'field' | 'variable'): void {
  const end = wordEnd(scanner, scanner.position + 1);
  const isAlone = end === scanner.position + 1 && mayEnd(scanner, end);
  takeWord(scanner, isAlone && kind === 'field' ? 'dot' : kind, end);
}

const numberPattern =
  /[+-]?(?:0[xX][\da-fA-F_]*|0[oO][0-7_]*|0[bB][01_]*|[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]*)?)/y;

function scanNumber(scanner: Scanner): void {
  numberPattern.lastIndex = scanner.position;
  numberPattern.exec(scanner.text);
  const end = numberPattern.lastIndex;
  const next = end < scanner.text.length ? whole(scanner, end) : '';
  if (wordCharacter.test(next) || next === '+' || next === '-') {
    const bad = scanner.text.slice(scanner.position, end + next.length);
    return scanner.fail(`bad number syntax: ${quote(bad)}`);
  }
  scanner.take('number', end);
}

function scanQuoted(scanner: Scanner, mark: string): void {
  const [kind, complaint] = quotes[mark] as readonly [TokenKind, string];
  for (let end = scanner.position + 1; end < scanner.text.length; end++) {
    const char = scanner.text.charAt(end);
    if (char === mark) return scanner.take(kind, end + 1);
    if (char === '\n') break;
    if (char === '\\' && scanner.text[end + 1] !== '\n') end += 1;
  }
  scanner.fail(complaint);
}

function scanRaw(scanner: Scanner): void {
  const end = scanner.text.indexOf('`', scanner.position + 1);
  if (end === -1) scanner.fail('unterminated raw quoted string');
  else scanner.take('raw', end + 1);
}

function scanParenthesis(scanner: Scanner, char: string): void {
  scanner.depth += char === '(' ? 1 : -1;
  if (scanner.depth < 0) scanner.fail('unexpected right paren');
  else scanner.take('parenthesis', scanner.position + 1);
}

function scanSpaces(scanner: Scanner): void {
  let end = scanner.position + 1;
  while (isSpace(scanner.text.charAt(end))) end += 1;
  // The last of them belongs to ` -}}`.
  if (scanner.text.startsWith('-}}', end)) end -= 1;
  if (end > scanner.position) scanner.take('space', end);
}

function scanSign(scanner: Scanner, char: string): void {
  if (Object.hasOwn(signs, char))
    return scanner.take(signs[char] as TokenKind, scanner.position + 1);
  if (char === ':') {
    if (scanner.peek(1) === '=') scanner.take('declare', scanner.position + 2);
    else scanner.fail('expected :=');
  } else if (char > ' ' && char <= '~') scanner.take('other', scanner.position + 1);
  else scanner.fail(`unrecognized character in action: ${codePoint(whole(scanner))}`);
}

function scanOne(scanner: Scanner): void {
  const char = scanner.peek();
  if (isSpace(char)) return scanSpaces(scanner);
  if (Object.hasOwn(quotes, char)) return scanQuoted(scanner, char);
  if (char === '`') return scanRaw(scanner);
  if (char === '$') return scanNamed(scanner, 'variable');
  if (char === '.' && !/\d/.test(scanner.peek(1))) return scanNamed(scanner, 'field');
  if (/[\d.+-]/.test(char)) return scanNumber(scanner);
  if (wordCharacter.test(whole(scanner))) return scanWord(scanner);
  if (char === '(' || char === ')') return scanParenthesis(scanner, char);
  scanSign(scanner, char);
}

function unclosed(scanner: Scanner): void {
  const where = scanner.line === scanner.actionLine ? '' : ` started at :${scanner.actionLine}`;
  scanner.fail(`unclosed action${where}`);
}

/** Takes what stands between `{{` and `}}`, and the latter. */
export function scanAction(scanner: Scanner): void {
  while (!scanner.failed) {
    const closing = scanner.closing();
    if (closing !== undefined) {
      if (scanner.depth > 0) return scanner.fail('unclosed left paren');
      scanner.trimNext = closing.trims;
      return scanner.take('close', scanner.position + closing.text.length);
    }
    if (scanner.peek() === '') return unclosed(scanner);
    scanOne(scanner);
  }
}
