import { homedir } from 'node:os';
import { join } from 'node:path';

const isRoot = (): boolean => process.geteuid?.() === 0;

// https://specifications.freedesktop.org/basedir-spec: a relative path is to be ignored.
const absolute = (path: string | undefined): string | undefined =>
  path?.startsWith('/') === true ? path : undefined;

/** Where images and containers are kept: CTR_ROOT, else /var/lib/ctr for root and ~/.local/share/ctr. */
export function rootDirectory(env: NodeJS.ProcessEnv): string {
  if (env['CTR_ROOT']) return env['CTR_ROOT'];
  if (isRoot()) return '/var/lib/ctr';
  return join(absolute(env['XDG_DATA_HOME']) ?? join(homedir(), '.local', 'share'), 'ctr');
}

/** Where the state of this boot is kept: CTR_RUN, else /run/ctr for root and $XDG_RUNTIME_DIR/ctr. */
export function runDirectory(env: NodeJS.ProcessEnv): string {
  if (env['CTR_RUN']) return env['CTR_RUN'];
  if (isRoot()) return '/run/ctr';
  const runtime = absolute(env['XDG_RUNTIME_DIR']);
  // Without a session there is none: then a directory of the user's own, which a reboot does not empty.
  return runtime === undefined ? join(rootDirectory(env), 'run') : join(runtime, 'ctr');
}
