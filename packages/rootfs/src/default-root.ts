import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where everything is kept: CTR_ROOT, else /var/lib/ctr for root and ~/.local/share/ctr. */
export function defaultRoot(env: NodeJS.ProcessEnv): string {
  const set = env['CTR_ROOT'];
  if (set !== undefined && set !== '') return set;
  if (process.geteuid?.() === 0) return '/var/lib/ctr';
  const data = env['XDG_DATA_HOME'];
  // https://specifications.freedesktop.org/basedir-spec: a relative path is to be ignored.
  const isUsable = data?.startsWith('/') === true;
  return join(isUsable ? data : join(homedir(), '.local', 'share'), 'ctr');
}
