import { formatVerb, printValue, type Verb } from './format-verb.ts';
import { typeName } from './kinds.ts';
import { Complaint } from './template-error.ts';

const WIDEST = 1_000_000;
const directive = /%([+\-# 0]*)(\d*)(?:\.(\d*))?/y;

function extra(values: readonly unknown[]): string {
  if (values.length === 0) return '';
  const told = values.map((value) =>
    value === null ? '<nil>' : `${typeName(value)}=${printValue(value)}`,
  );
  return `%!(EXTRA ${told.join(', ')})`;
}

interface Directive extends Verb {
  /** Where the text goes on. */
  readonly end: number;
}

/** Undefined where the text ends in the middle of it, or its numbers are too large, as Go reads them. */
function readDirective(format: string, at: number): Directive | undefined {
  directive.lastIndex = at;
  const [all = '', flags = '', width = '', precision] = directive.exec(format) ?? [];
  const letter = String.fromCodePoint(format.codePointAt(at + all.length) ?? 0);
  if (at + all.length >= format.length) return undefined;
  if (Number(width) > WIDEST || Number(precision ?? 0) > WIDEST) return undefined;
  if (letter === '*' || letter === '[') {
    throw new Complaint(`${all}${letter} is not supported; write the width or the argument itself`);
  }
  return {
    letter,
    flags,
    width: Number(width),
    precision: precision === undefined ? undefined : Number(precision),
    end: at + all.length + letter.length,
  };
}

/**
 * Go's printf for `%v %s %q %d %x %X %o %b %c %U %t %f %e %g %T %%`, with flags, width and precision. What does not
 * fit is told in the text, as Go tells it: `%!d(string=x)`. Throws Complaint for `*` and `[1]`.
 * @param spend pays for what is filled up, before it is; it may throw
 * @see https://pkg.go.dev/fmt
 */
export function printf(
  format: string,
  values: readonly unknown[],
  spend: (characters: number) => void,
): string {
  const parts: string[] = [];
  let used = 0;
  let at = 0;
  for (let found = format.indexOf('%'); found !== -1; found = format.indexOf('%', at)) {
    parts.push(format.slice(at, found));
    const verb = readDirective(format, found);
    at = verb?.end ?? format.length;
    if (verb === undefined) parts.push('%!(NOVERB)');
    else if (verb.letter === '%') parts.push('%');
    else if (used >= values.length) parts.push(`%!${verb.letter}(MISSING)`);
    else parts.push(formatVerb(values[used++], { ...verb, spend }));
  }
  return parts.join('') + format.slice(at) + extra(values.slice(used));
}
