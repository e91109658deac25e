import { posix } from 'node:path';
import { BuildError } from '../build-error.ts';

const BOM = '\uFEFF';
// What Go's scanner takes as one line.
const LONGEST_LINE = 64 * 1024;
/** More than this no ignore file has, in bytes. */
export const LARGEST_IGNORE_FILE: number = 1 << 20;

/** The path as short as it gets; `.` where nothing is left. https://pkg.go.dev/path#Clean */
export function cleanPath(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

/** As Go trims: unlike JavaScript it takes no byte order mark for a space. */
export function trimSpace(text: string): string {
  return text.replaceAll(/^\p{White_Space}+|\p{White_Space}+$/gu, '');
}

/**
 * The patterns of an ignore file, as they count: comments and empty lines left out, paths cleaned, a slash in front
 * dropped. Throws CONTEXT_INVALID. https://docs.docker.com/build/concepts/context/#dockerignore-files
 */
export function readIgnoreLines(bytes: Uint8Array, name: string): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  if (bytes.length > LARGEST_IGNORE_FILE) throw invalid(name, 'larger than 1 MiB');
  const lines = (text.startsWith(BOM) ? text.slice(BOM.length) : text).split('\n');
  if (lines.some((line) => line.length >= LONGEST_LINE)) throw invalid(name, 'a line is too long');
  return lines.flatMap((line) => {
    const pattern = line.startsWith('#') ? '' : trimSpace(line);
    if (pattern === '') return [];
    return pattern.startsWith('!')
      ? [`!${relative(trimSpace(pattern.slice(1)))}`]
      : [relative(pattern)];
  });
}

function relative(pattern: string): string {
  if (pattern === '') return '';
  const clean = cleanPath(pattern);
  return clean.length > 1 && clean.startsWith('/') ? clean.slice(1) : clean;
}

function invalid(name: string, why: string): BuildError {
  return new BuildError('CONTEXT_INVALID', `error reading ${name}: ${why}`);
}
