import { isSpace } from '@ctrkit/oci';

export function trimLeft(text: string): string {
  let start = 0;
  while (start < text.length && isSpace(text.charAt(start))) start += 1;
  return text.slice(start);
}

export function trim(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charAt(end - 1))) end -= 1;
  return trimLeft(text.slice(0, end));
}

/** The words that blanks divide; with blanks at its beginning the first is empty. */
export function fieldsOf(text: string): string[] {
  return text === '' ? [] : text.split(/[\t\v\f\r ]+/);
}
