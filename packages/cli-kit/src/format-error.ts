import { printable } from './printable.ts';

interface Told {
  readonly message: string;
  readonly hint?: string;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** What an error tells people. An error that nobody foresaw says so. */
function tell(error: unknown): Told {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, hint } = error as { code?: unknown; hint?: unknown };
  const message = error.message === '' ? error.name : error.message;
  if (textOf(code) === undefined && error.name !== 'Error') {
    return { message: `internal error: ${error.name}: ${message}`, hint: '--debug shows where' };
  }
  const text = textOf(hint);
  return text === undefined ? { message } : { message, hint: text };
}

function traces(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const own = (error.stack ?? error.message).split('\n');
  const inner = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return [...own, ...[error.cause, ...inner].flatMap((cause) => indent('caused by: ', cause))];
}

function indent(prefix: string, cause: unknown): string[] {
  if (cause === undefined) return [];
  const [first = '', ...rest] = traces(cause);
  return [prefix + first, ...rest];
}

/**
 * The lines that tell people about an error: `ctr: what is wrong`, then the remedy if the error has a `hint`; with
 * `debug`, the stacks of it and of its causes. Safe to show: control characters are escaped.
 */
export function formatError(
  error: unknown,
  settings: { name?: string; debug?: boolean } = {},
): string[] {
  const { message, hint } = tell(error);
  const lines = [settings.name === undefined ? message : `${settings.name}: ${message}`];
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  if (settings.debug === true) lines.push('', ...traces(error));
  return lines.map(printable);
}

/** A field that could hold anything could also hold what JSON cannot. */
const isPlain = (value: unknown): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value) ||
  (Array.isArray(value) && value.every(isPlain));

const hidden = new Set(['name', 'cause', 'usage', 'bare', 'pointer', 'exitCode']);

/** The same for programs, as one object: `{code, message, hint?}` and the error's own data fields. */
export function formatErrorJson(error: unknown): { error: Record<string, unknown> } {
  const { message, hint } = tell(error);
  const fields = error instanceof Error ? Object.entries(error) : [];
  const data = Object.fromEntries(
    fields.filter(([key, value]) => !hidden.has(key) && isPlain(value)),
  );
  return {
    error: {
      ...data,
      code: data['code'] ?? 'INTERNAL',
      message,
      ...(hint === undefined ? {} : { hint }),
    },
  };
}
