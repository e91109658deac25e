import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, temporaryDirectory, type RunOptions, type RunResult } from '@ctrkit/testing';
import { rolldown } from 'rolldown';

/** The fixture, bundled as the programs of the project are: what tsx brings along would be in the way. */
export interface Program {
  /** What a shell needs to run it. */
  readonly command: string;
  /** Runs a line of shell in which `ctr` is the fixture. */
  readonly shell: (line: string, options?: RunOptions) => Promise<RunResult>;
  readonly remove: () => Promise<void>;
}

async function bundle(directory: string): Promise<void> {
  const made = await rolldown({
    input: fileURLToPath(new URL('fixture/bin.ts', import.meta.url)),
    platform: 'node',
    resolve: { conditionNames: ['@ctrkit/source', 'node', 'import', 'default'] },
  });
  await made.write({
    dir: directory,
    format: 'esm',
    entryFileNames: 'bin.mjs',
    chunkFileNames: '[hash].mjs',
  });
  await made.close();
}

/** Bundles the fixture into a directory of its own, which `remove` removes. */
export async function makeProgram(): Promise<Program> {
  const directory = await temporaryDirectory();
  await bundle(directory.path);
  const command = `'${process.execPath}' '${join(directory.path, 'bin.mjs')}'`;
  return {
    command,
    shell: (line, options) =>
      run(['bash', '-c', `ctr() { ${command} "$@"; }\n${line}`], { timeout: 30_000, ...options }),
    remove: () => directory[Symbol.asyncDispose](),
  };
}
