import type { IncomingHttpHeaders } from 'node:http';
import { DistributionError } from './distribution-error.ts';

/** Bytes of a file: from `start`, up to but without `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The part of a blob that is asked for, or undefined for the whole: no Range, one of another form,
 * several at once, or an If-Range for other contents (a server may ignore all of these). Throws
 * RANGE_INVALID when the range lies beyond the end.
 * https://www.rfc-editor.org/rfc/rfc9110#section-14.2
 */
export function requestedRange(
  headers: IncomingHttpHeaders,
  size: number,
  etag: string,
): ByteRange | undefined {
  const condition = headers['if-range'];
  if (headers.range === undefined || (condition !== undefined && condition !== etag)) {
    return undefined;
  }
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range.trim());
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  const range = first === '' ? suffix(Number(last), size) : between(Number(first), last, size);
  if (range === undefined || range.start < range.end) return range;
  throw new DistributionError('RANGE_INVALID', `the blob has ${size} bytes`, {
    headers: { 'Content-Range': `bytes */${size}` },
  });
}

function suffix(length: number, size: number): ByteRange {
  return { start: Math.max(0, size - length), end: size };
}

function between(start: number, last: string, size: number): ByteRange | undefined {
  const end = last === '' ? size : Number(last) + 1;
  // `bytes=5-2` is not a range at all, and so as if it were not there.
  return end <= start && last !== '' ? undefined : { start, end: Math.min(end, size) };
}
