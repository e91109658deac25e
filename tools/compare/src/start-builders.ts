import { join } from 'node:path';
import { startBuildkit } from './buildkit-builder.ts';
import type { Builder } from './builder.ts';
import { startClassicBuilder } from './classic-builder.ts';

export interface BuilderOptions {
  /** host:port of one that has the base images. */
  readonly registry: string;
  /** Below which their containers are. */
  readonly cgroup: string;
  /** The names of the base images. */
  readonly images: readonly string[];
  readonly say: (text: string) => void;
}

export interface Builders extends AsyncDisposable {
  readonly all: readonly Builder[];
}

/** Starts those builders that are installed; says which are not. */
export async function startBuilders(
  work: string,
  { registry, cgroup, images, say }: BuilderOptions,
): Promise<Builders> {
  const all: Builder[] = [];
  const starts: Record<string, () => Promise<Builder>> = {
    docker: () => startClassicBuilder(join(work, 'classic'), cgroup, registry, images),
    BuildKit: () => startBuildkit(join(work, 'buildkit'), cgroup, registry),
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
