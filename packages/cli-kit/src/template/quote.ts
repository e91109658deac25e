const named: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

const shown = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Whether a character is shown as it is: letters, marks, numbers, punctuation, symbols and the ASCII space, as in Go. */
export function isPrintable(char: string): boolean {
  return shown.test(char);
}

function hexEscape(point: number): string {
  const hex = point.toString(16);
  if (point < 0x80) return `\\x${hex.padStart(2, '0')}`;
  return point < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

function escapeChar(char: string, mark: string, isAscii: boolean): string {
  if (char === mark) return `\\${mark}`;
  if (Object.hasOwn(named, char)) return named[char] as string;
  const point = char.codePointAt(0) ?? 0;
  return isPrintable(char) && (!isAscii || point < 0x80) ? char : hexEscape(point);
}

/**
 * A text as a string constant of Go, as docker shows the command of a container: `"sh -c \"echo hi\""`.
 * @param settings.mark the quotation mark; @default `"`
 * @param settings.ascii escapes all that is not ASCII; @default false
 */
export function quote(text: string, settings: { mark?: string; ascii?: boolean } = {}): string {
  const { mark = '"', ascii = false } = settings;
  return `${mark}${Array.from(text, (char) => escapeChar(char, mark, ascii)).join('')}${mark}`;
}
