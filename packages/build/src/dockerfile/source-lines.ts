import { isUtf8 } from 'node:buffer';
import { BuildError } from '../build-error.ts';

/** Far above any Dockerfile that a person wrote; what files are for belongs into the context. */
const MOST_BYTES = 4 * 1024 * 1024;
const BYTE_ORDER_MARK = '\ufeff';

/** The lines of a Dockerfile. */
export interface SourceLines {
  readonly path: string;
  /** Without line ends. */
  readonly lines: readonly string[];
  /** As they are, a line end included: what a heredoc takes. */
  readonly raw: readonly string[];
  /** Lines, from 1, that are not UTF-8: comments may be. */
  readonly foreign: ReadonlySet<number>;
}

/** Throws BuildError DOCKERFILE_INVALID: empty, too large, or no text. */
export function readSourceLines(bytes: Uint8Array, path: string): SourceLines {
  if (bytes.byteLength === 0) throw invalid(`the Dockerfile (${path}) cannot be empty`);
  if (bytes.byteLength > MOST_BYTES) {
    throw invalid(`the Dockerfile (${path}) is larger than ${MOST_BYTES} bytes`);
  }
  if (bytes.includes(0)) {
    const hint = 'it has to be UTF-8: an editor may have saved it as UTF-16';
    throw invalid(`the Dockerfile (${path}) has a NUL byte`, hint);
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  const raw = splitLines(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  const lines = raw.map((line) => line.replace(/[\r\n]+$/, ''));
  return { path, lines, raw, foreign: isUtf8(bytes) ? new Set() : foreignLines(buffer) };
}

function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}

function foreignLines(buffer: Buffer): Set<number> {
  const foreign = new Set<number>();
  for (let start = 0, line = 1; start < buffer.length; line += 1) {
    const end = buffer.indexOf(0x0a, start);
    const next = end < 0 ? buffer.length : end + 1;
    if (!isUtf8(buffer.subarray(start, next))) foreign.add(line);
    start = next;
  }
  return foreign;
}

function invalid(message: string, hint?: string): BuildError {
  return new BuildError('DOCKERFILE_INVALID', message, hint === undefined ? {} : { hint });
}
