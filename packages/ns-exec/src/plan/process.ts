import type { Process } from '@ctrkit/oci';
import { resourceLimits } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { NsExecError } from '../ns-exec-error.ts';
import { capabilityMask } from './capabilities.ts';

const SIGKILL = 9;
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Where a command is looked for: itself when it has a slash, else in each directory of PATH (exec(3)). */
export function executableCandidates(command: string, env: readonly string[]): string[] {
  if (command.includes('/')) return [command];
  const path = env.findLast((entry) => entry.startsWith('PATH='))?.slice('PATH='.length);
  return (path ?? defaultPath).split(':').map((directory) => `${directory || '.'}/${command}`);
}

function limitPlan(type: string, soft: number, hard: number): Operation {
  const resource = resourceLimits[type as keyof typeof resourceLimits];
  if (resource === undefined) {
    throw new NsExecError('SPEC_UNSUPPORTED', `unknown resource limit ${JSON.stringify(type)}`);
  }
  return { op: 'resource-limit', resource, soft: BigInt(soft), hard: BigInt(hard) };
}

/** The limits of the container's process, while it still may set them. */
export function limitsPlan(process: Process): Operation[] {
  return (process.rlimits ?? []).map(({ type, soft, hard }) => limitPlan(type, soft, hard));
}

/** How soon the kernel kills the process for want of memory. */
export function oomScorePlan({ oomScoreAdj }: Process): Operation[] {
  return oomScoreAdj === undefined ? [] : [{ op: 'oom-score', adjustment: String(oomScoreAdj) }];
}

/** Who the process is and what it may do; after this it has only its own rights. */
export function credentialsPlan(process: Process, options: { setGroups: boolean }): Operation[] {
  const { user, capabilities } = process;
  const plan: Operation[] = [
    { op: 'umask', mask: user.umask ?? 0o022 },
    { op: 'bounding-set', set: capabilityMask(capabilities?.bounding) },
  ];
  // In a user namespace with a single id setgroups is denied (user_namespaces(7)).
  if (options.setGroups) plan.push({ op: 'groups', gids: user.additionalGids ?? [] });
  plan.push(
    { op: 'identity', uid: user.uid, gid: user.gid },
    {
      op: 'capabilities',
      effective: capabilityMask(capabilities?.effective),
      permitted: capabilityMask(capabilities?.permitted),
      inheritable: capabilityMask(capabilities?.inheritable),
      ambient: capabilityMask(capabilities?.ambient),
    },
  );
  if (process.noNewPrivileges === true) plan.push({ op: 'no-new-privileges' });
  return plan;
}

/** The start itself: working directory as the user who will be in it, then the command. */
export function executePlan(process: Process): Operation[] {
  const [command] = process.args ?? [];
  if (command === undefined) throw new NsExecError('BUNDLE_INVALID', 'process.args is empty');
  const env = process.env ?? [];
  return [
    { op: 'working-directory', path: process.cwd },
    // The kernel forgets the parent-death signal when ids change (prctl(2)).
    { op: 'parent-death', signal: SIGKILL },
    {
      op: 'execute',
      candidates: executableCandidates(command, env),
      argv: process.args ?? [],
      env,
    },
  ];
}
