import { homedir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@ctrkit/engine';
import type { Engine, EngineDirectories } from '@ctrkit/engine';

/** Where everything of ctr lives, for every command. */
export const directoryOptions = {
  root: {
    type: 'string',
    valueName: 'DIR',
    describe: 'Where images and containers are kept (default: $CTR_ROOT)',
  },
  state: {
    type: 'string',
    valueName: 'DIR',
    describe: 'Where the state of this boot is kept (default: $CTR_RUN)',
  },
} as const;

interface DirectoryValues {
  readonly root: string | undefined;
  readonly state: string | undefined;
}

const absolute = (path: string | undefined): string | undefined =>
  path?.startsWith('/') === true ? path : undefined;

/**
 * The directories that a command line means: its flags, CTR_ROOT and CTR_RUN, else /var/lib/ctr and /run/ctr for root,
 * and a normal user's own (XDG base directory specification).
 */
export function directoriesOf(options: DirectoryValues, env: NodeJS.ProcessEnv): EngineDirectories {
  const isRoot = process.geteuid?.() === 0;
  const root = options.root ?? env['CTR_ROOT'];
  const run = options.state ?? env['CTR_RUN'];
  const data = absolute(env['XDG_DATA_HOME']) ?? join(homedir(), '.local', 'share');
  const runtime = absolute(env['XDG_RUNTIME_DIR']) ?? `/tmp/ctr-run-${process.geteuid?.()}`;
  return {
    root: root || (isRoot ? '/var/lib/ctr' : join(data, 'ctr')),
    run: run || (isRoot ? '/run/ctr' : join(runtime, 'ctr')),
  };
}

/** The engine that a command line means. */
export function engineOf(options: DirectoryValues, env: NodeJS.ProcessEnv): Engine {
  return openEngine(directoriesOf(options, env));
}
