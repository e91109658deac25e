import { isUtf8 } from 'node:buffer';
import { OciError } from './oci-error.ts';
import { quote } from './quote.ts';

/** How much JSON is accepted. */
export interface JsonLimits {
  /** Largest document, in bytes. @default 4 MiB, the distribution spec's limit for manifests */
  readonly maxBytes?: number;
  /** Most arrays and objects inside each other. @default 64 */
  readonly maxDepth?: number;
}

/**
 * The value of a JSON document in UTF-8. Stricter than JSON.parse: two parsers that disagree about a
 * document are a way past a check, so duplicate keys are refused, and `__proto__` with them.
 * Throws TOO_LARGE, TOO_DEEP, JSON_INVALID.
 * https://www.rfc-editor.org/rfc/rfc8259
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits = {}): unknown {
  const { maxBytes = 4 * 1024 * 1024, maxDepth = 64 } = limits;
  if (bytes.byteLength > maxBytes) {
    throw new OciError('TOO_LARGE', `JSON of ${bytes.byteLength} bytes: at most ${maxBytes}`);
  }
  const text = decode(bytes);
  checkStructure(text, maxDepth);
  return parse(text);
}

// Not by a TextDecoder, whose first use costs every command some milliseconds.
function decode(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new OciError('JSON_INVALID', 'JSON that is not UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new OciError('JSON_INVALID', 'not JSON', { cause });
  }
}

// JSON.parse tells neither depth nor duplicate keys, so the text is gone through once before. Whether it is JSON
// is left to JSON.parse: where it is, a string after `{` or `,` of an object is a key.
function checkStructure(text: string, maxDepth: number): void {
  const open: (Set<string> | undefined)[] = [];
  let atKey = false;
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at];
    if (mark === '"') {
      const end = stringEnd(text, at);
      if (atKey) addKey(open.at(-1), text.slice(at, end));
      atKey = false;
      at = end - 1;
    } else if (mark === '{' || mark === '[') {
      atKey = mark === '{';
      if (open.push(atKey ? new Set() : undefined) > maxDepth) throw tooDeep(maxDepth);
    } else if (mark === '}' || mark === ']') {
      open.pop();
      atKey = false;
    } else if (mark === ',') {
      atKey = open.at(-1) !== undefined;
    }
  }
}

function tooDeep(maxDepth: number): OciError {
  return new OciError('TOO_DEEP', `JSON nested more than ${maxDepth} levels deep`);
}

function addKey(keys: Set<string> | undefined, quoted: string): void {
  // `"\u0061"` is the key `a` too.
  const key = quoted.includes('\\') ? String(parse(quoted)) : quoted.slice(1, -1);
  if (key === '__proto__') throw new OciError('JSON_INVALID', 'JSON with the key "__proto__"');
  if (keys?.has(key) === true) {
    throw new OciError('JSON_INVALID', `JSON with the key ${quote(key, 80)} twice`);
  }
  keys?.add(key);
}

/** The place after the string that starts at `start`. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') return at + 1;
    if (character === '\\') at += 1;
  }
  return text.length;
}
