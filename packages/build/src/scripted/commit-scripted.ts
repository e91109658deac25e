import { join } from 'node:path';
import type { Engine } from '@ctrkit/engine';
import { buildImage } from '../build-image.ts';
import type { BuildOptions } from '../build-options.ts';
import type { BuildResult } from '../build-result.ts';
import { openDirectoryContext } from '../context/directory-context.ts';
import type { SourceTree } from '../context/source.ts';
import type { ScriptedImage } from './scripted-image.ts';
import { toDockerfile } from './to-dockerfile.ts';

export interface CommitScriptedOptions extends Omit<
  BuildOptions,
  'dockerfile' | 'context' | 'names' | 'target' | 'substitutes'
> {
  // prettier-ignore
  /** @default none */
  readonly name?: string;
  /** More names. */
  readonly names?: readonly string[];
  /** A directory, or a tree that is open, and the caller's to close. @default nothing can be copied */
  readonly context?: string | SourceTree;
}

/** Builds what a script says. */
export async function commitScripted(
  engine: Engine,
  image: ScriptedImage,
  { name, names = [], context, ...options }: CommitScriptedOptions,
): Promise<BuildResult> {
  const all = name === undefined ? names : [name, ...names];
  const dockerfile = toDockerfile(image, options.origin ?? name ?? 'script');
  const build = { ...options, dockerfile, names: all, substitutes: false };
  if (typeof context !== 'string') return await buildImage(engine, { ...build, context });
  const cacheDirectory = join(engine.root, 'build-cache');
  await using opened = await openDirectoryContext(context, { cacheDirectory });
  return await buildImage(engine, { ...build, context: opened });
}
