import { printValue } from './format-verb.ts';
import { Complaint } from './template-error.ts';

/** The parts of a text between separators; an empty separator splits it into characters. */
export function split(text: string, separator: string): string[] {
  return separator === '' ? Array.from(text) : text.split(separator);
}

/** Character by character, as Go does it: `ß` stays. */
export function upper(text: string): string {
  return Array.from(text, upperChar).join('');
}

function upperChar(char: string): string {
  const changed = char.toUpperCase();
  return Array.from(changed).length === 1 ? changed : char;
}

/** The first letter of every word in capitals; letters, digits and underscores make words, as in Go. */
export function title(text: string): string {
  return text.replace(
    /([\p{L}\p{Nd}_])([\p{L}\p{Nd}_]*)/gu,
    (_, first: string, rest: string) => upperChar(first) + rest,
  );
}

/** With so many spaces before and after it, unless it is empty. Throws Complaint. */
export function pad(text: string, before: number, after: number): string {
  if (text === '') return text;
  if (before < 0 || after < 0) throw new Complaint('strings: negative Repeat count');
  return ' '.repeat(before) + text + ' '.repeat(after);
}

/** Its first so many bytes. Throws Complaint. */
export function truncate(text: string, length: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length < length) return text;
  if (length < 0) {
    throw new Complaint(`runtime error: slice bounds out of range [:${length}]`);
  }
  return bytes.subarray(0, length).toString();
}

/** One after the other, with a space between two that are not strings. */
export function print(values: readonly unknown[]): string {
  return values
    .map((value, index) => {
      const isApart =
        index > 0 && [value, values[index - 1]].every((one) => typeof one !== 'string');
      return (isApart ? ' ' : '') + printValue(value);
    })
    .join('');
}

/** With spaces between them and a newline after them. */
export function println(values: readonly unknown[]): string {
  return `${values.map((value) => printValue(value)).join(' ')}\n`;
}
