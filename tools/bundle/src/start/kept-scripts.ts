import { readFileSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { Script } from 'node:vm';
import { cachePath, readCode, writeCode } from './code-cache.ts';

/** What a CommonJS module is a function of. */
export type Program = (
  exports: unknown,
  require: (id: string) => unknown,
  module: { exports: unknown },
  file: string,
  directory: string,
) => void;

/** The scripts of a program as one of its commands uses them: what that compiles of them is kept beside the program. */
export class KeptScripts {
  readonly #program: string;
  readonly #stats: Stats;
  readonly #word: string;
  readonly #fresh: { readonly path: string; readonly compiled: () => Buffer }[] = [];

  constructor(program: string, word: string) {
    this.#program = program;
    this.#stats = statSync(program);
    this.#word = word;
  }

  load(file: string): Program {
    const chunk = file === this.#program ? undefined : file;
    const path = cachePath(this.#program, this.#stats, this.#word, chunk);
    const cachedData = readCode(path, this.#stats.uid);
    // The program is in ASCII, and need not be decoded.
    const text = readFileSync(file, chunk === undefined ? 'latin1' : 'utf8');
    const script = new Script(text, {
      filename: file,
      ...(cachedData !== undefined && { cachedData }),
    });
    if (cachedData === undefined || script.cachedDataRejected === true) {
      this.#fresh.push({ path, compiled: () => script.createCachedData() });
    }
    return script.runInThisContext() as Program;
  }

  /** Keeps what was compiled anew; at the end, when V8 has compiled what the command uses: that alone is read the next time. */
  keep(): void {
    for (const { path, compiled } of this.#fresh) writeCode(path, this.#stats.uid, compiled);
  }
}
