import { sourceFiles } from './files.ts';

/** Folders of somebody's machine; put together here, so that this file does not hold them. */
const folders = [
  ['', 'work', ''].join('/'),
  ['', 'tmp', 'house'].join('/'),
  ['..', 'shared', ''].join('/'),
];

/** A folder counts where a path begins, not in the middle of another (`upper` + `work`). */
const foreign = new RegExp(
  `(?<![\\w.})>*/-])(?:${folders.map((folder) => folder.replaceAll('.', '\\.')).join('|')})`,
);

/** Lines that name a path outside the checkout that exists on one machine only. */
export function foreignPaths(root: string): string[] {
  return sourceFiles(root).flatMap((file) =>
    file.text
      .split('\n')
      .flatMap((line, index) =>
        foreign.test(line) ? [`${file.path}:${index + 1}: ${line.trim().slice(0, 80)}`] : [],
      ),
  );
}
