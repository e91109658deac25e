/** A command of a document, and the lines under it. */
export interface Shown {
  readonly command: string;
  readonly output: readonly string[];
}

/** The commands in the `console` blocks of a Markdown text: `$ ` begins one, `> ` goes on with it. */
export function readConsole(markdown: string): Shown[] {
  const blocks = [...markdown.matchAll(/^```console\n(.*?)^```$/gms)].map(
    ([, block = '']) => block,
  );
  return blocks.flatMap((block) =>
    block.split(/^(?=\$ )/m).map((shown): Shown => {
      const lines = shown.replace(/\n$/, '').split('\n');
      const rest = lines.slice(1);
      const end = rest.findIndex((line) => !line.startsWith('> '));
      const more = rest.slice(0, end < 0 ? rest.length : end);
      const command = [lines[0]?.slice(2), ...more.map((line) => line.slice(2))].join('\n');
      return { command, output: rest.slice(more.length) };
    }),
  );
}

const escaped = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);

/**
 * What an output has to match: `…` stands for anything in a line, alone for any lines; spaces for any; an id that is not known
 * yet for any of its length, which is a group of the pattern, in the order of `names`.
 */
export function expectedPattern(
  lines: readonly string[],
  ids: ReadonlyMap<string, string>,
): { readonly pattern: RegExp; readonly names: readonly string[] } {
  const names: string[] = [];
  const idPattern = (id: string): string => {
    const known = ids.get(id);
    if (known !== undefined) return known;
    const earlier = names.indexOf(id);
    if (earlier >= 0) return `\\${earlier + 1}`;
    names.push(id);
    return `([0-9a-f]{${id.length}})`;
  };
  const linePattern = (line: string): string =>
    line === '…'
      ? String.raw`(?:.*\n)*?`
      : `${escaped(line)
          .replaceAll('…', '.*')
          .replaceAll(/ +/g, ' +')
          .replaceAll(/\b[0-9a-f]{64}\b|\b[0-9a-f]{12}\b/g, idPattern)}\\n`;
  return { pattern: new RegExp(`^${lines.map(linePattern).join('')}$`), names };
}
