import { scanAction } from './scan-action.ts';
import { isSpace, Scanner } from './scanner.ts';
import type { Token } from './tokens.ts';

function trimmedEnd(text: string, start: number, from: number): number {
  let end = from;
  while (end > start && isSpace(text.charAt(end - 1))) end -= 1;
  return end;
}

function scanText(scanner: Scanner): void {
  const { text } = scanner;
  if (scanner.trimNext) {
    let start = scanner.position;
    while (isSpace(text.charAt(start))) start += 1;
    scanner.skip(start);
    scanner.trimNext = false;
  }
  const found = text.indexOf('{{', scanner.position);
  const open = found === -1 ? text.length : found;
  const trims = text[open + 2] === '-' && isSpace(text.charAt(open + 3));
  const end = trims ? trimmedEnd(text, scanner.position, open) : open;
  if (end > scanner.position) scanner.take('text', end);
  scanner.skip(open);
  if (open < text.length) scanOpen(scanner, trims ? open + 4 : open + 2);
}

function scanOpen(scanner: Scanner, end: number): void {
  scanner.actionLine = scanner.line;
  scanner.depth = 0;
  if (scanner.text.startsWith('/*', end)) {
    scanner.skip(end);
    return scanComment(scanner);
  }
  scanner.take('open', end);
  scanAction(scanner);
}

function scanComment(scanner: Scanner): void {
  const end = scanner.text.indexOf('*/', scanner.position + 2);
  if (end === -1) return scanner.fail('unclosed comment');
  scanner.skip(end + 2);
  const closing = scanner.closing();
  if (closing === undefined) return scanner.fail('comment ends before closing delimiter');
  scanner.skip(scanner.position + closing.text.length);
  scanner.trimNext = closing.trims;
}

/** The tokens of a template, the last of kind `end` or `error`. Lexical rules: Go's text/template. */
export function scan(text: string): readonly Token[] {
  const scanner = new Scanner(text);
  while (scanner.position < text.length && !scanner.failed) scanText(scanner);
  if (!scanner.failed) scanner.take('end', text.length);
  return scanner.tokens;
}
