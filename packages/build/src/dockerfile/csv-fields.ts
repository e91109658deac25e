const FIELD = /"((?:[^"]|"")*)"(?=,|$)|([^",]*)(?=,|$)/y;

/** What commas divide; in quotes a comma is none, and two quotes are one. Throws an Error. https://www.rfc-editor.org/rfc/rfc4180 */
export function parseFields(text: string): string[] {
  const fields: string[] = [];
  for (let at = 0; at <= text.length;) {
    FIELD.lastIndex = at;
    const match = FIELD.exec(text);
    if (match === null) throw new Error(`failed to parse csv mounts: ${text}`);
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    at += match[0].length + 1;
  }
  return fields;
}
