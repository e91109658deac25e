import { rootDirectory, runDirectory } from '@ctrkit/cli-kit';
import { openEngine } from '@ctrkit/engine';
import type { Engine, EngineDirectories } from '@ctrkit/engine';
import type { directoryOptions } from './directory-options.ts';

type DirectoryValues = { readonly [Name in keyof typeof directoryOptions]: string | undefined };

/** The directories that a command line means. */
export function directoriesOf(options: DirectoryValues, env: NodeJS.ProcessEnv): EngineDirectories {
  return {
    root: options.root || rootDirectory(env),
    run: options.state || runDirectory(env),
  };
}

/** The engine that a command line means. */
export function engineOf(options: DirectoryValues, env: NodeJS.ProcessEnv): Engine {
  return openEngine(directoriesOf(options, env));
}
