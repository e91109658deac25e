/** One way in which a registry wants to be told who asks. Names are in lower case. */
export interface Challenge {
  scheme: string;
  parameters: Readonly<Record<string, string>>;
}

// A parameter, or the name of a scheme; the value is quoted or a token.
const piece =
  /\s*(?:([\w.~+-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([\w-]+))\s*(?:,|(?=\s)|$)/y;

const LONGEST = 8 * 1024;

/**
 * The challenges of a WWW-Authenticate header, in its order; those after a mistake are left out.
 * https://www.rfc-editor.org/rfc/rfc9110#field.www-authenticate
 */
export function parseChallenges(header: string | undefined): Challenge[] {
  const text = header?.slice(0, LONGEST) ?? '';
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  piece.lastIndex = 0;
  for (let match = piece.exec(text); match !== null && match[0] !== ''; match = piece.exec(text)) {
    const [, name, quoted, token, scheme] = match;
    if (scheme !== undefined) {
      challenges.push({ scheme: scheme.toLowerCase(), parameters: Object.create(null) });
    } else if (name !== undefined) {
      const current = challenges.at(-1);
      if (current === undefined) break;
      current.parameters[name.toLowerCase()] ??= quoted?.replaceAll(/\\(.)/g, '$1') ?? token ?? '';
    }
  }
  return challenges;
}
