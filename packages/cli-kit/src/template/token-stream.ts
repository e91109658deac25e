import { quote } from './quote.ts';
import { invalidTemplate, templateLimit, type TemplateErrors } from './template-error.ts';
import type { Token } from './tokens.ts';

const DEEPEST = 100;
const SHOWN = 10;

/** A token as Go shows it in messages. */
function shownToken({ kind, text }: Token): string {
  if (kind === 'end') return 'EOF';
  if (kind === 'keyword' || kind === 'dot' || kind === 'nil') return `<${text}>`;
  const letters = Array.from(text);
  return letters.length > SHOWN ? `${quote(letters.slice(0, SHOWN).join(''))}...` : quote(text);
}

/** The tokens of a template while they are parsed, the variables in scope, and how deep it is nested. */
export class TokenStream {
  variables: string[] = ['$'];
  private at = 0;
  private depth = 0;
  private readonly tokens: readonly Token[];
  private readonly errors: TemplateErrors;

  constructor(tokens: readonly Token[], errors: TemplateErrors) {
    this.tokens = tokens;
    this.errors = errors;
  }

  peek(ahead = 0): Token {
    return (this.tokens[this.at + ahead] ?? this.tokens.at(-1)) as Token;
  }

  next(): Token {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  skipSpace(): Token {
    if (this.peek().kind === 'space') this.at += 1;
    return this.peek();
  }

  nextNonSpace(): Token {
    this.skipSpace();
    return this.next();
  }

  /** Throws CliError TEMPLATE_INVALID, at the line of the token that was read last. */
  fail(message: string): never {
    const { line } = this.tokens[Math.min(Math.max(this.at, 1), this.tokens.length) - 1] as Token;
    throw invalidTemplate(line, message, this.errors);
  }

  unexpected(token: Token, context?: string): never {
    if (token.kind === 'error') this.fail(token.text);
    this.fail(`unexpected ${shownToken(token)}${context === undefined ? '' : ` in ${context}`}`);
  }

  /** Runs what parses one level deeper. Throws CliError TEMPLATE_LIMIT at the hundredth. */
  nested<T>(parse: () => T): T {
    if (this.depth >= DEEPEST) throw templateLimit(`is nested more than ${DEEPEST} levels deep`);
    this.depth += 1;
    const parsed = parse();
    this.depth -= 1;
    return parsed;
  }
}
