import { isSpace } from '@ctrkit/oci';
import type { Flag, Split } from './statement.ts';
import { trim } from './white-space.ts';

const PARTS = /^([^\t\v\f\r ]*)[\t\v\f\r ]*([^]*)$/;

/** The keyword, the flags before anything else, and the rest of an instruction. */
export function splitStatement(text: string, escape: string): Split {
  const [, keyword = '', behind = ''] = PARTS.exec(text) ?? [];
  const { flags, end } = readFlags(text, text.length - behind.length, escape);
  return { keyword, flags, rest: trim(text.slice(end)) };
}

function readFlags(text: string, from: number, escape: string): { flags: Flag[]; end: number } {
  const flags: Flag[] = [];
  for (let at = from; ;) {
    while (at < text.length && isSpace(text.charAt(at))) at += 1;
    if (!text.startsWith('--', at)) return { flags, end: at };
    const flag = readFlag(text, at, escape);
    at = flag.end;
    // `--` says that there are no more of them.
    if (flag.text === '--') return { flags, end: at };
    flags.push(flag);
  }
}

function readFlag(text: string, start: number, escape: string): Flag {
  let quote = '';
  let word = '';
  let at = start;
  for (; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === escape) word += text.charAt((at += 1));
    else if (quote !== '') {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") quote = char;
    else if (isSpace(char)) break;
    else word += char;
  }
  return { text: word, start, end: at };
}
