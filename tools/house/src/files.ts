import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout that these rules stand in. */
export const checkout: string = fileURLToPath(new URL('../../../', import.meta.url));

/** What is made, not written. */
const made = new Set(['node_modules', 'dist', '.git', '.nx']);

/** One written file; `path` is relative to the root, with slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

function walk(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => !made.has(entry.name))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return walk(path);
      return entry.isFile() ? [path] : [];
    })
    .toSorted();
}

/** The written text files of a checkout (or of a folder of it) whose path matches. */
export function sourceFiles(root: string, wanted: RegExp = /./): SourceFile[] {
  return walk(root)
    .map((path) => ({ full: path, path: relative(root, path).split(sep).join('/') }))
    .filter(({ path }) => wanted.test(path))
    .map(({ full, path }) => ({ path, text: readFileSync(full, 'utf8') }))
    .filter(({ text }) => !text.includes('\0'));
}

/** Lines as an editor counts them. */
export function lineCount(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}
