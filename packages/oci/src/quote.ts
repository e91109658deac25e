/**
 * Foreign text for an error message: quoted, at most `longest` characters, and without control characters,
 * which a terminal would obey.
 */
export function quote(text: string, longest = 160): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return JSON.stringify(shown).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escape);
}

function escape(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`;
}
