import { constant } from './literals.ts';
import { functionNames } from './function-names.ts';
import type { Field, Literal, Operand, Pipeline, Stage, Variable } from './nodes.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token, TokenKind } from './tokens.ts';

const constants: ReadonlySet<TokenKind> = new Set([
  'boolean',
  'nil',
  'number',
  'rune',
  'string',
  'raw',
] as const);

function literal(stream: TokenStream, token: Token): Literal {
  const read = constant(token);
  if ('problem' in read) stream.fail(read.problem);
  return { kind: 'literal', at: token.at, text: token.text, value: read.value };
}

function variable(stream: TokenStream, token: Token): Variable {
  if (!stream.variables.includes(token.text)) stream.fail(`undefined variable "${token.text}"`);
  return { kind: 'variable', at: token.at, name: token.text, names: [] };
}

/** An operand without what may follow after a dot; undefined where none begins. */
function term(stream: TokenStream): Operand | undefined {
  const token = stream.skipSpace();
  const { kind, text, at } = token;
  if (constants.has(kind)) return literal(stream, stream.next());
  if (kind === 'dot') return { kind: 'field', at: stream.next().at, names: [] };
  if (kind === 'field') return { kind: 'field', at: stream.next().at, names: [text.slice(1)] };
  if (kind === 'variable') return variable(stream, stream.next());
  if (kind === 'identifier') {
    stream.next();
    if (!functionNames.has(text)) stream.fail(`function "${text}" not defined`);
    return { kind: 'identifier', at, name: text };
  }
  if (kind !== 'parenthesis' || text !== '(') return undefined;
  stream.next();
  return stream.nested(() => parsePipeline(stream, 'parenthesized pipeline', ')'));
}

/** Go counts the column of `.A.B` and `$x.A` from where the second part begins. */
function followed(base: Operand, names: readonly string[], at: number): Operand {
  if (base.kind === 'variable') return { ...base, names, at };
  if (base.kind === 'field') {
    const field: Field = { ...base, names: [...base.names, ...names], at };
    return field;
  }
  return { kind: 'chain', base, names, at };
}

function operand(stream: TokenStream): Operand | undefined {
  const base = term(stream);
  if (base === undefined || stream.peek().kind !== 'field') return base;
  const isDot = base.kind === 'field' && base.names.length === 0;
  if (base.kind === 'literal') stream.fail(`unexpected . after term ${JSON.stringify(base.text)}`);
  if (isDot) stream.fail('unexpected . after term "."');
  const { at } = stream.peek();
  const names: string[] = [];
  while (stream.peek().kind === 'field') names.push(stream.next().text.slice(1));
  return followed(base, names, at);
}

const endsStage = ({ kind, text }: Token): boolean =>
  kind === 'close' || (kind === 'parenthesis' && text === ')');

function parseStage(stream: TokenStream): Stage {
  const words: Operand[] = [];
  const { at } = stream.skipSpace();
  for (;;) {
    const word = operand(stream);
    if (word !== undefined) words.push(word);
    const token = stream.peek();
    if (endsStage(token)) break;
    stream.next();
    if (token.kind === 'pipe') break;
    if (token.kind !== 'space') stream.unexpected(token, 'operand');
  }
  const [first, ...rest] = words;
  if (first === undefined) stream.fail('empty command');
  return { kind: 'stage', at, words: [first, ...rest] };
}

interface Declaration {
  readonly variables: readonly string[];
  readonly assigns: boolean;
}

/** How many tokens further, spaces left out, the next one stands. */
const after = (stream: TokenStream, ahead: number): number =>
  stream.peek(ahead).kind === 'space' ? ahead + 1 : ahead;

function take(stream: TokenStream, count: number): void {
  for (let index = 0; index < count; index++) stream.next();
}

function declaration(stream: TokenStream, context: string): Declaration {
  const variables: string[] = [];
  while (stream.skipSpace().kind === 'variable') {
    const ahead = after(stream, 1);
    const sign = stream.peek(ahead);
    const isComma = sign.kind === 'other' && sign.text === ',';
    if (!isComma && sign.kind !== 'declare' && sign.kind !== 'assign') break;
    variables.push(stream.peek().text);
    take(stream, ahead + 1);
    if (!isComma) return { variables, assigns: sign.kind === 'assign' };
    if (context !== 'range' || variables.length > 1) {
      stream.fail(`too many declarations in ${context}`);
    }
  }
  return { variables, assigns: false };
}

/** Only a function or a field can take what the stage before gives. */
function checkStages(stream: TokenStream, stages: readonly Stage[], context: string): void {
  if (stages.length === 0) stream.fail(`missing value for ${context}`);
  stages.forEach(({ words: [first] }, index) => {
    const isDot = first.kind === 'field' && first.names.length === 0;
    if (index > 0 && (first.kind === 'literal' || isDot)) {
      stream.fail(`non executable command in pipeline stage ${index + 1}`);
    }
  });
}

/**
 * What stands in an action or in parentheses, up to what closes it.
 * @param context what it is for, as messages name it
 */
export function parsePipeline(stream: TokenStream, context: string, end: '}}' | ')'): Pipeline {
  const { at } = stream.skipSpace();
  const declared = declaration(stream, context);
  const stages: Stage[] = [];
  for (;;) {
    const token = stream.skipSpace();
    if (token.kind === 'close' || (token.kind === 'parenthesis' && token.text === ')')) {
      stream.next();
      if ((token.kind === 'close') !== (end === '}}')) stream.unexpected(token, context);
      break;
    }
    const begins = ['dot', 'field', 'identifier', 'variable'].includes(token.kind);
    if (!begins && !constants.has(token.kind) && token.text !== '(') {
      stream.unexpected(stream.next(), context);
    }
    stages.push(parseStage(stream));
  }
  checkStages(stream, stages, context);
  if (!declared.assigns) stream.variables.push(...declared.variables);
  return { kind: 'pipeline', at, ...declared, stages };
}
