import { statSync } from 'node:fs';
import { openContext, parseNamedContext } from '@ctrkit/build';
import type { ContextSource, GivenContext, OpenContextOptions } from '@ctrkit/build';

import { openLayoutContext } from './layout-context.ts';

/** Contexts of `--build-context`, open until they are disposed of. */
export interface NamedContexts extends AsyncDisposable {
  readonly contexts: ReadonlyMap<string, GivenContext>;
}

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** What contexts are opened with. */
export interface NamedContextOptions extends OpenContextOptions {
  /** Where images of layouts go: a build reads all images from there. */
  readonly root: string;
}

async function opened(source: ContextSource, options: NamedContextOptions): Promise<GivenContext> {
  if (source.type === 'image') return { type: 'image', name: source.reference };
  if (source.type === 'layout') return await openLayoutContext(source.reference, options);
  return { type: 'files', tree: await openContext(source, options) };
}

async function close(contexts: ReadonlyMap<string, GivenContext>): Promise<void> {
  for (const context of contexts.values()) {
    if (context.type === 'files') await context.tree[Symbol.asyncDispose]();
  }
}

/** Opens what `--build-context` names. Throws BuildError ARGUMENT_INVALID, CONTEXT_INVALID. */
export async function openNamedContexts(
  texts: readonly string[],
  options: NamedContextOptions,
): Promise<NamedContexts> {
  const contexts = new Map<string, GivenContext>();
  try {
    for (const text of texts) {
      const { name, source } = parseNamedContext(text, isDirectory);
      contexts.set(name, await opened(source, options));
    }
  } catch (error) {
    await close(contexts);
    throw error;
  }
  return { contexts, [Symbol.asyncDispose]: async () => await close(contexts) };
}
