import type { Context } from '@ctrkit/cli-kit';
import { hasLimits } from '@ctrkit/engine';
import type { Limits } from '@ctrkit/engine';

/** Says that limits are not enforced, where they are asked for and cannot be. */
export function warnAboutLimits(limits: Limits | undefined, { stderr }: Context): void {
  if (process.geteuid?.() === 0 || !hasLimits(limits ?? {})) return;
  stderr.write('WARNING: limits need a cgroup that this user may write: run without limits\n');
}
