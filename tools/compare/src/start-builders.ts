import { join } from 'node:path';
import { startBuildkit } from './buildkit-builder.ts';
import type { Builder } from './builder.ts';
import { startClassicBuilder } from './classic-builder.ts';

export interface Builders extends AsyncDisposable {
  readonly all: readonly Builder[];
}

/** Starts those builders that are installed; says which are not. */
export async function startBuilders(
  work: string,
  registry: string,
  images: readonly string[],
  say: (text: string) => void,
): Promise<Builders> {
  const all: Builder[] = [];
  const starts: Record<string, () => Promise<Builder>> = {
    docker: () => startClassicBuilder(join(work, 'classic'), 'ctrkit-compare', registry, images),
    BuildKit: () => startBuildkit(join(work, 'buildkit'), registry),
  };
  for (const [name, start] of Object.entries(starts)) {
    try {
      all.push(await start());
    } catch (error) {
      say(`${name} is not asked: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return {
    all,
    async [Symbol.asyncDispose]() {
      for (const builder of all) await builder[Symbol.asyncDispose]();
    },
  };
}
