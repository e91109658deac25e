import { dirname, join } from 'node:path';
import type { Program } from './kept-scripts.ts';

export interface ChunkOptions {
  /** The file that the chunks know the program by, and what it exports. */
  readonly program: string;
  readonly exports: unknown;
  readonly load: (file: string) => Program;
  /** For what is no chunk. */
  readonly require: (id: string) => unknown;
}

/** A `require` for a program in `directory` and for its chunks, which are not resolved as modules are: they lie where they are named. */
export function chunkRequire(
  directory: string,
  { program, exports, load, require }: ChunkOptions,
): (id: string) => unknown {
  const loaded = new Map<string, { exports: unknown }>();
  const chunk = (file: string): unknown => {
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(file, module);
    try {
      load(file)(module.exports, requireIn(dirname(file)), module, file, dirname(file));
    } catch (error) {
      loaded.delete(file);
      throw error;
    }
    return module.exports;
  };
  const requireIn =
    (place: string) =>
    (id: string): unknown => {
      if (!id.startsWith('.')) return require(id);
      const file = join(place, id);
      return file === program ? exports : chunk(file);
    };
  return requireIn(directory);
}
