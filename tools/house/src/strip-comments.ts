/** A string or template, a regular expression after an operator, or a comment; in this order. */
const tokens =
  /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|((?<=[=(,:!&|?]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** A source text without its comments; line breaks inside them stay, so that lines keep their number. */
export function stripComments(text: string): string {
  return text.replaceAll(
    tokens,
    (token: string, quoted?: string, pattern?: string) =>
      quoted ?? pattern ?? token.replaceAll(/[^\n]/g, ' '),
  );
}
