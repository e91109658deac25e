import type { Dockerfile } from './instruction.ts';
import type { SourceLines } from './source-lines.ts';
import { lineError } from './source-error.ts';
import { trimLeft } from './white-space.ts';

export type Directives = Dockerfile['directives'];

const NAMES = ['syntax', 'escape', 'check'] as const;
type Name = (typeof NAMES)[number];

const DIRECTIVE = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(\S.*)$/;

/**
 * The comments that direct the parser, which come before anything else, and how many lines they are. Behind a `#!` line, as BuildKit
 * has it, there is no `escape`. Throws BuildError DOCKERFILE_INVALID.
 * https://docs.docker.com/reference/dockerfile/#parser-directives
 */
export function readDirectives(source: SourceLines): { directives: Directives; count: number } {
  const hasShebang = source.lines[0]?.startsWith('#!') === true;
  const first = hasShebang ? 1 : 0;
  const found = new Map<Name, string>();
  let at = first;
  for (; at < source.lines.length; at += 1) {
    const [name, value] = directiveOf(source.lines[at] ?? '') ?? [];
    if (name === undefined || value === undefined) break;
    if (found.has(name)) {
      throw lineError(source, at + 1, `only one ${name} parser directive can be used`);
    }
    if (name === 'escape' && !hasShebang) checkEscape(source, at + 1, value);
    found.set(name, value);
  }
  const escape = !hasShebang && found.get('escape') === '`' ? '`' : '\\';
  const directives = { syntax: found.get('syntax'), escape, check: found.get('check') } as const;
  return { directives, count: hasShebang ? 0 : at };
}

function directiveOf(line: string): [Name, string] | undefined {
  const [, word = '', value = ''] = DIRECTIVE.exec(trimLeft(line)) ?? [];
  const name = NAMES.find((name) => name === word.toLowerCase());
  return name === undefined ? undefined : [name, value.trimEnd()];
}

function checkEscape(source: SourceLines, line: number, value: string): void {
  if (value === '\\' || value === '`') return;
  throw lineError(source, line, `invalid escape token '${value}' does not match \` or \\`);
}
