import type { Token, TokenKind } from './tokens.ts';

const SPACE = ' \t\r\n';

/** A template's text while it is taken into tokens. What cannot be a token becomes one of kind `error`, the last. */
export class Scanner {
  readonly text: string;
  readonly tokens: Token[] = [];
  position = 0;
  line = 1;
  /** Parentheses that are open. */
  depth = 0;
  /** The line of the action that is being read. */
  actionLine = 1;
  /** The text that comes next begins after its spaces: the action before ended with ` -}}`. */
  trimNext = false;

  constructor(text: string) {
    this.text = text;
  }

  get failed(): boolean {
    return this.tokens.at(-1)?.kind === 'error';
  }

  startsWith(what: string): boolean {
    return this.text.startsWith(what, this.position);
  }

  /** The character at the position; empty at the end. */
  peek(ahead = 0): string {
    return this.text.charAt(this.position + ahead);
  }

  /** Makes a token of what follows, up to `end`. */
  take(kind: TokenKind, end: number): void {
    const text = this.text.slice(this.position, end);
    this.tokens.push({ kind, text, at: this.position, line: this.line });
    this.skip(end);
  }

  skip(end: number): void {
    for (let at = this.position; at < end; at++) if (this.text[at] === '\n') this.line += 1;
    this.position = end;
  }

  fail(message: string): void {
    this.tokens.push({ kind: 'error', text: message, at: this.position, line: this.line });
  }

  /** The delimiter that closes an action, where one follows: `}}` or ` -}}`. */
  closing(): { readonly text: string; readonly trims: boolean } | undefined {
    if (isSpace(this.peek()) && this.text.startsWith('-}}', this.position + 1)) {
      return { text: `${this.peek()}-}}`, trims: true };
    }
    return this.startsWith('}}') ? { text: '}}', trims: false } : undefined;
  }
}

export const isSpace = (char: string): boolean => char !== '' && SPACE.includes(char);
