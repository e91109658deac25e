import { expandWords, OciError } from '@ctrkit/oci';

/** What `<<NAME` announces. */
export interface HeredocMark {
  readonly name: string;
  /** Whether variables in it are substituted: not where a part of the name is quoted. */
  readonly expands: boolean;
  /** `<<-`: tabs at the beginning of its lines do not count. */
  readonly stripsTabs: boolean;
}

/** Of one instruction. */
export const MOST_HEREDOCS = 100;

const MARK = /^\d*<<(-?)\s*([^<]*)$/;
const nothing: ReadonlyMap<string, string> = new Map();

/** The heredoc that a word announces; undefined: none. Throws an OciError where its quotes do not end. */
export function heredocMark(word: string): HeredocMark | undefined {
  const [, dash, rest = ''] = MARK.exec(word) ?? [];
  if (rest === '') return undefined;
  const names = expandWords(rest, nothing, { keepUnset: true });
  const [name] = names;
  if (name === undefined || names.length !== 1) return undefined;
  const [quoted = ''] = expandWords(rest, nothing, { keepUnset: true, quotes: 'keep' });
  return { name, expands: quotes(name) === quotes(quoted), stripsTabs: dash === '-' };
}

/** All that a line announces. Whatever its escape character is, here it is a backslash. */
export function heredocMarks(line: string): HeredocMark[] {
  return line.includes('<<') ? wordsOf(line).flatMap((word) => heredocMark(word) ?? []) : [];
}

function wordsOf(line: string): string[] {
  try {
    return expandWords(line, nothing, { quotes: 'keep', keepEscapes: true, keepUnset: true });
  } catch (error) {
    // A line that is none for this parser may be one for its shell: then it has none.
    if (error instanceof OciError) return [];
    throw error;
  }
}

function quotes(text: string): number {
  return text.match(/['"]/g)?.length ?? 0;
}
