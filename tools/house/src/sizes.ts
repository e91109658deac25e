import { lineCount, sourceFiles } from './files.ts';
import type { SourceFile } from './files.ts';

const NATIVE = /^packages\/syscalls\/native\/.*\.[ch]$/;
const ADDON = /^packages\/syscalls\/addon\/.*\.[ch]$/;
/** Tests are tables of behaviour, which may be longer than what they test. */
const TYPESCRIPT = /^(?!.*\/test\/).*\.(?:ts|mts|mjs)$/;
const limits = { typescript: 350, cFile: 400, cFunction: 80, cAll: 4000 } as const;

/** One function of a C file: it begins where a line in the first column opens a body. */
export interface CFunction {
  readonly name: string;
  /** Line of its name, from 1. */
  readonly line: number;
  readonly lines: number;
}

/** The functions of a C file in house form: name in an unindented line, `}` in the first column. */
export function cFunctions(text: string): CFunction[] {
  const lines = text.split('\n');
  const found: CFunction[] = [];
  let start: { name: string; line: number } | undefined;
  lines.forEach((line, index) => {
    const name = /^[A-Za-z_][^=;]*?\b(\w+)\s*\([^;]*$/.exec(line)?.[1];
    if (name !== undefined) start = { name, line: index + 1 };
    else if (/^[A-Za-z_#}].*;\s*$/.test(line)) start = undefined;
    if (line.startsWith('}') && start !== undefined) {
      found.push({ ...start, lines: index + 2 - start.line });
      start = undefined;
    }
  });
  return found;
}

function tooLong(file: SourceFile, limit: number): string[] {
  const lines = lineCount(file.text);
  return lines > limit ? [`${file.path}: ${lines} lines, more than ${limit}`] : [];
}

/** Source files and functions that have grown too long. */
export function sizeViolations(root: string): string[] {
  const native = sourceFiles(root, NATIVE);
  const all = [...native, ...sourceFiles(root, ADDON)];
  const helper = native.reduce((sum, file) => sum + lineCount(file.text), 0);
  return [
    ...sourceFiles(root, TYPESCRIPT).flatMap((file) => tooLong(file, limits.typescript)),
    ...all.flatMap((file) => tooLong(file, limits.cFile)),
    ...all.flatMap((file) =>
      cFunctions(file.text)
        .filter((one) => one.lines > limits.cFunction)
        .map(
          (one) =>
            `${file.path}:${one.line}: ${one.name} has ${one.lines} lines, more than ${limits.cFunction}`,
        ),
    ),
    ...(helper > limits.cAll
      ? [`packages/syscalls/native: ${helper} lines, more than ${limits.cAll}`]
      : []),
  ];
}
