import type { OciError } from './oci-error.ts';
import { applyOperator, invalid, isOperator, replaceIn } from './shell-operators.ts';
import { WordList } from './word-list.ts';

/** What a `$NAME` stands for. */
export type Variables = ReadonlyMap<string, string>;

export interface WordOptions {
  /** What takes the next character's meaning away. @default a backslash */
  readonly escape?: '\\' | '`';
  /** What becomes of quotes: `keep` leaves them where they stand, to `plain` they are no quotes. @default 'remove' */
  readonly quotes?: 'remove' | 'keep' | 'plain';
  /** Escapes stay where they stand. @default false */
  readonly keepEscapes?: boolean;
  /** A variable that is not set stays as it is written. @default false: it becomes nothing */
  readonly keepUnset?: boolean;
  /** Each variable that is asked for, with whether there is one. */
  readonly onVariable?: (name: string, isSet: boolean) => void;
}

/** Of what one word may become, in characters: `ENV A=$A$A`, forty times, is a terabyte. */
const LONGEST = 1024 * 1024;
/** Of one `${` in another. */
const DEEPEST = 64;

/**
 * A word of a Dockerfile with its quotes and escapes taken away and its variables put in: `$x ${x} ${x:-w} ${x-w} ${x:+w}
 * ${x+w} ${x:?w} ${x?w} ${x#p} ${x##p} ${x%p} ${x%%p} ${x/p/r} ${x//p/r}`. Throws SUBSTITUTION_INVALID.
 * https://docs.docker.com/reference/dockerfile/#environment-replacement
 */
export function expandWord(text: string, variables: Variables, options: WordOptions = {}): string {
  return new Expansion(text, variables, options).whole().text;
}

/** The same text as the words it becomes: what white space outside of quotes separates, that of variables included. */
export function expandWords(
  text: string,
  variables: Variables,
  options: WordOptions = {},
): string[] {
  return new Expansion(text, variables, options).whole().words;
}

class Expansion {
  readonly #text: string;
  readonly #variables: Variables;
  readonly #options: WordOptions;
  readonly #escape: string;
  #keepEscapes: boolean;
  #at = 0;
  #depth = 0;

  constructor(text: string, variables: Variables, options: WordOptions) {
    this.#text = text;
    this.#variables = variables;
    this.#options = options;
    this.#escape = options.escape ?? '\\';
    this.#keepEscapes = options.keepEscapes ?? false;
  }

  whole(): { text: string; words: string[] } {
    const list = new WordList();
    const text = this.#until(undefined, list);
    list.end();
    return { text, words: list.words };
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #next(): string {
    const point = this.#text.codePointAt(this.#at);
    const char = point === undefined ? '' : String.fromCodePoint(point);
    this.#at += char.length;
    return char;
  }

  /** All up to `stop`, which is taken too; undefined: to the end. */
  #until(stop: string | undefined, list?: WordList): string {
    let result = '';
    for (let char = this.#peek(); char !== ''; char = this.#peek()) {
      if (char === stop) {
        this.#at += 1;
        return result;
      }
      const piece = this.#piece(char, list);
      result += piece;
      if (result.length > LONGEST) throw invalid(`more than ${LONGEST} characters`);
    }
    if (stop !== undefined) throw invalid(`syntax error: missing '${stop}'`);
    return result;
  }

  #piece(char: string, list: WordList | undefined): string {
    if (char === '$') {
      const value = this.#variable();
      list?.add(value);
      return value;
    }
    const whole = this.#wholePiece(char);
    if (whole === undefined) {
      const plain = this.#next();
      list?.add(plain);
      return plain;
    }
    list?.addWhole(whole);
    return whole;
  }

  // What no white space in it divides.
  #wholePiece(char: string): string | undefined {
    const hasQuotes = this.#options.quotes !== 'plain';
    if (hasQuotes && char === "'") return this.#singleQuoted();
    if (hasQuotes && char === '"') return this.#doubleQuoted();
    if (char === '<') return this.#heredocMark();
    if (char === this.#escape) return this.#escaped();
    return undefined;
  }

  #escaped(): string {
    const escape = this.#next();
    return (this.#keepEscapes ? escape : '') + this.#next();
  }

  #singleQuoted(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end < 0) throw unterminated('single');
    const inside = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return this.#options.quotes === 'keep' ? `'${inside}'` : inside;
  }

  #doubleQuoted(): string {
    this.#at += 1;
    let inside = '';
    for (let char = this.#peek(); char !== '"'; char = this.#peek()) {
      if (char === '') throw unterminated('double');
      if (char === '$') inside += this.#variable();
      else if (char === this.#escape) inside += this.#escapedInQuotes();
      else inside += this.#next();
      if (inside.length > LONGEST) throw invalid(`more than ${LONGEST} characters`);
    }
    this.#at += 1;
    return this.#options.quotes === 'keep' ? `"${inside}"` : inside;
  }

  // Before anything else than these it is a character as any other.
  #escapedInQuotes(): string {
    const escape = this.#next();
    const char = this.#peek();
    if (char === '') throw unterminated('double');
    const isEscape = char === '"' || char === '$' || char === this.#escape;
    if (!isEscape) return escape;
    return (this.#keepEscapes ? escape : '') + this.#next();
  }

  // `<< EOF` is one word.
  #heredocMark(): string {
    const [mark] = /^<(?:<[\t\r ]*)?/.exec(this.#text.slice(this.#at, this.#at + 1024)) ?? ['<'];
    this.#at += mark.length;
    return mark;
  }

  #variable(): string {
    this.#at += 1;
    if (this.#peek() === '{') return this.#braced();
    const name = this.#name();
    return name === '' ? '$' : (this.#value(name) ?? (this.#options.keepUnset ? `$${name}` : ''));
  }

  #value(name: string): string | undefined {
    const value = this.#variables.get(name);
    this.#options.onVariable?.(name, value !== undefined);
    return value;
  }

  #name(): string {
    const rest = this.#text.slice(this.#at, this.#at + 256);
    const [name = ''] = /^(?:\p{Nd}+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*)/u.exec(rest) ?? [];
    if (name.length > 250) throw invalid('a variable name of more than 250 characters');
    this.#at += name.length;
    return name;
  }

  #braced(): string {
    this.#at += 1;
    if (this.#peek() === '') throw invalid("syntax error: missing '}'");
    if (/[{}:]/.test(this.#peek())) throw invalid('syntax error: bad substitution');
    if ((this.#depth += 1) > DEEPEST) throw invalid(`more than ${DEEPEST} \${ in each other`);
    const name = this.#name();
    const operator = this.#operator();
    const value = operator === '}' ? this.#plain(name) : this.#operation(name, operator);
    this.#depth -= 1;
    return value;
  }

  #operator(): string {
    const char = this.#next();
    if (char === '') throw invalid("syntax error: missing '}'");
    return char === ':' ? char + this.#next() : char;
  }

  #plain(name: string): string {
    return this.#value(name) ?? (this.#options.keepUnset ? `\${${name}}` : '');
  }

  #operation(name: string, operator: string): string {
    if (operator === '/') return this.#replace(name);
    if (!isOperator(operator)) {
      throw invalid(`unsupported modifier (${operator}) in substitution`);
    }
    const word = this.#part('}', operator === '#' || operator === '%');
    const value = this.#value(name);
    if (value === undefined && this.#options.keepUnset) return `\${${name}${operator}${word}}`;
    return applyOperator(operator, { name, value, word });
  }

  #replace(name: string): string {
    const replaceAll = this.#peek() === '/';
    if (replaceAll) this.#at += 1;
    const pattern = this.#part('/', true);
    const replacement = this.#part('}', true);
    const value = this.#value(name);
    if (value !== undefined) return replaceIn(value, pattern, replacement, replaceAll);
    return this.#options.keepUnset ? `\${${name}/${pattern}/${replacement}}` : '';
  }

  #part(stop: string, keepEscapes: boolean): string {
    const before = this.#keepEscapes;
    this.#keepEscapes = keepEscapes;
    const part = this.#until(stop);
    this.#keepEscapes = before;
    return part;
  }
}

function unterminated(kind: 'single' | 'double'): OciError {
  return invalid(`unexpected end of statement while looking for matching ${kind}-quote`);
}
