/** Writes the helper's dispatch table, `native/operations.h`, to stdout: the mirror of the table in TypeScript. */
import { modesOf, operations } from '../src/operations/index.ts';

const modeBits = { tree: 1, walk: 2, launch: 4, enter: 8, supervise: 16, attach: 32 } as const;

const rows = Object.keys(operations).map((name, code) => {
  const bits = modesOf(name).reduce((sum, mode) => sum | modeBits[mode], 0);
  return `  X(${code}, "${name}", op_${name.replaceAll('-', '_')}, ${bits})`;
});

process.stdout.write(
  `// Generated from src/operations.\n#define OPERATIONS(X) \\\n${rows.join(' \\\n')}\n`,
);
