// What Go's unicode.IsSpace takes for white space, and JavaScript's \s nearly.
const SPACE = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';

const leading = new RegExp(`^${SPACE}+`);
const only = new RegExp(`^${SPACE}$`);
const space = new RegExp(SPACE);

/** Whether a character is white space. */
export function isSpace(char: string): boolean {
  return only.test(char);
}

export function trimLeft(text: string): string {
  return text.replace(leading, '');
}

// Not by a regular expression, which begins anew at each space of the middle.
export function trim(text: string): string {
  let end = text.length;
  while (end > 0 && space.test(text.charAt(end - 1))) end -= 1;
  return trimLeft(text.slice(0, end));
}

/** The words that blanks divide; with blanks at its beginning the first is empty. */
export function fieldsOf(text: string): string[] {
  return text === '' ? [] : text.split(/[\t\v\f\r ]+/);
}
