import type { Branch, Jump, Statement, Template } from './nodes.ts';
import { parsePipeline } from './parse-pipeline.ts';
import { scan } from './scan.ts';
import { templateLimit, type TemplateErrors } from './template-error.ts';
import { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';

const LONGEST = 64 * 1024;

/** What ended a list of statements. */
type End = 'end' | 'else' | 'end of text';

interface Block {
  readonly statements: Statement[];
  readonly end: End;
}

/** Where the parser is: how many `range` are open, for `break`. */
interface Place {
  readonly stream: TokenStream;
  readonly loops: number;
}

const nameOf = ({ stream }: Place): string => {
  const token = stream.skipSpace();
  return token.kind === 'keyword' ? token.text : '';
};

function jump(place: Place, token: Token): Jump {
  const kind = token.text as Jump['kind'];
  const after = place.stream.nextNonSpace();
  if (after.kind !== 'close') place.stream.unexpected(after, `{{${kind}}}`);
  if (place.loops === 0) place.stream.fail(`{{${kind}}} outside {{range}}`);
  return { kind, at: token.at };
}

function otherwise(place: Place, kind: Branch['kind']): Statement[] {
  const { stream } = place;
  if (kind !== 'range' && nameOf(place) === kind) {
    // {{else if}} is {{else}}{{if}} with one {{end}} for both.
    const token = stream.next();
    return [stream.nested(() => branch(place, token, kind))];
  }
  const close = stream.nextNonSpace();
  if (close.kind !== 'close') stream.unexpected(close, 'else');
  const { statements, end } = block(place);
  if (end === 'else') stream.fail('expected end; found {{else}}');
  return statements;
}

function branch(place: Place, token: Token, kind: Branch['kind']): Branch {
  const { stream, loops } = place;
  const { variables } = stream;
  stream.variables = [...variables];
  const pipeline = parsePipeline(stream, kind, '}}');
  const inner = kind === 'range' ? { stream, loops: loops + 1 } : place;
  const body = block(inner);
  const rest = body.end === 'else' ? otherwise(place, kind) : [];
  stream.variables = variables;
  return { kind, at: token.at, pipeline, body: body.statements, otherwise: rest };
}

function control(place: Place, token: Token): Statement {
  const kind = token.text;
  if (kind === 'break' || kind === 'continue') return jump(place, token);
  if (kind === 'if' || kind === 'with' || kind === 'range') {
    return place.stream.nested(() => branch(place, token, kind));
  }
  return place.stream.fail(`{{${kind}}} is not supported`);
}

/** The statement that an action is, or what it ends. */
function action(place: Place): Statement | 'end' | 'else' {
  const { stream } = place;
  const { at } = stream.next();
  const name = nameOf(place);
  if (name === '') return { kind: 'action', at, pipeline: parsePipeline(stream, 'command', '}}') };
  const token = stream.next();
  if (name === 'else') return name;
  if (name !== 'end') return control(place, token);
  const close = stream.nextNonSpace();
  if (close.kind !== 'close') stream.unexpected(close, 'end');
  return name;
}

function block(place: Place, isOutermost = false): Block {
  const { stream } = place;
  const statements: Statement[] = [];
  for (;;) {
    const token = stream.peek();
    if (token.kind === 'text') {
      stream.next();
      statements.push({ kind: 'text', at: token.at, text: token.text });
    } else if (token.kind === 'open') {
      const one = action(place);
      if (one !== 'end' && one !== 'else') statements.push(one);
      else if (isOutermost) stream.fail(`unexpected {{${one}}}`);
      else return { statements, end: one };
    } else if (token.kind === 'end' && isOutermost) {
      return { statements, end: 'end of text' };
    } else {
      stream.unexpected(stream.next());
    }
  }
}

/**
 * Parses a template: what people write after docker's `--format`, in the language of Go's text/template, without
 * `define`, `template` and `block`.
 *
 * Throws CliError TEMPLATE_INVALID, in docker's words and with its exit code, and TEMPLATE_LIMIT for more than 64 KiB
 * or a hundred levels.
 * @see https://pkg.go.dev/text/template
 */
export function parseTemplate(text: string, errors: TemplateErrors = {}): Template {
  if (text.length > LONGEST) throw templateLimit('is longer than 64 KiB');
  const stream = new TokenStream(scan(text), errors);
  return { text, statements: block({ stream, loops: 0 }, true).statements };
}
