import { join } from 'node:path';
import type { Engine } from '@ctrkit/engine';
import { buildImage } from '../build-image.ts';
import type { BuildResult } from '../build-result.ts';
import { openDirectoryContext } from '../context/directory-context.ts';
import type { Script } from './script.ts';
import { toDockerfile } from './to-dockerfile.ts';
import type { CommitScriptedOptions } from './commit-options.ts';

/** Builds what a script says. */
export async function commitScripted(
  engine: Engine,
  image: Script,
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
