/**
 * The strings of a JSON list, as RUN, CMD, COPY and others take them; undefined for anything else, which a shell is to run or
 * white space divides. Throws a TypeError for a list that has something else than strings.
 * https://docs.docker.com/reference/dockerfile/#shell-and-exec-form
 */
export function execForm(text: string): string[] | undefined {
  if (!/^\s*\[/.test(text)) return undefined;
  const value = parse(text);
  if (!Array.isArray(value)) return undefined;
  if (value.every((one) => typeof one === 'string')) return value;
  throw new TypeError('when using JSON array syntax, arrays must be comprised of strings only');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
