import type { Process } from '@ctrkit/oci';
import { resourceLimits } from '@ctrkit/syscalls';
import type { Operation, SuperviseOptions } from '@ctrkit/syscalls';
import { NsExecError } from '../ns-exec-error.ts';
import { capabilityMask } from './capabilities.ts';

const SIGKILL = 9;
/** In place of an id: as it is. */
const KEPT = 0xffff_ffff;
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What the standard streams of a process are: those of its supervisor, pipes to it, or a terminal. */
export type ProcessStreams = NonNullable<SuperviseOptions['streams']>;

/** Its supervisor is its parent: what happens to that must not leave it alone. */
export function parentDeathPlan(): Operation[] {
  return [{ op: 'parent-death', signal: SIGKILL }];
}

/** Its standard streams, where they are not inherited: its own, so that it may open them by name. */
export function streamsPlan(
  { user }: Process,
  streams: ProcessStreams,
  { console }: { console: boolean },
): Operation[] {
  if (streams === 'inherited') return [];
  return [
    ...(streams === 'terminal'
      ? [{ op: 'terminal', console: console ? 1 : 0 } satisfies Operation]
      : []),
    { op: 'own-streams', uid: user.uid, gid: KEPT },
  ];
}

/** Pipes to it become its container's root's, who may then give them on. */
export function givenStreamsPlan(
  streams: ProcessStreams,
  root: { readonly uid: number; readonly gid: number },
): Operation[] {
  return streams === 'pipes' ? [{ op: 'own-streams', ...root }] : [];
}

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
function limitsPlan(process: Process): Operation[] {
  return (process.rlimits ?? []).map(({ type, soft, hard }) => limitPlan(type, soft, hard));
}

/** How soon the kernel kills the process for want of memory. */
export function oomScorePlan({ oomScoreAdj }: Process): Operation[] {
  return oomScoreAdj === undefined ? [] : [{ op: 'oom-score', adjustment: String(oomScoreAdj) }];
}

export interface CredentialsOptions {
  readonly setGroups: boolean;
  /** Carried out while CAP_SYS_ADMIN is still there. */
  readonly privileged?: readonly Operation[];
}

/** Who the process is and what it may do; after this it has only its own rights. */
function credentialsPlan(process: Process, options: CredentialsOptions): Operation[] {
  const { user, capabilities } = process;
  const plan: Operation[] = [
    { op: 'umask', mask: user.umask ?? 0o022 },
    { op: 'bounding-set', set: capabilityMask(capabilities?.bounding) },
  ];
  // In a user namespace with a single id setgroups is denied (user_namespaces(7)).
  if (options.setGroups) plan.push({ op: 'groups', gids: user.additionalGids ?? [] });
  plan.push(
    ...(options.privileged ?? []),
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

/** The start itself: working directory as the user who will be in it, then what must come last, then the command. */
function executePlan(process: Process, last: readonly Operation[] = []): Operation[] {
  const [command] = process.args ?? [];
  if (command === undefined) throw new NsExecError('BUNDLE_INVALID', 'process.args is empty');
  const env = process.env ?? [];
  return [
    { op: 'working-directory', path: process.cwd },
    // The kernel forgets the parent-death signal when ids change (prctl(2)).
    ...parentDeathPlan(),
    ...last,
    {
      op: 'execute',
      candidates: executableCandidates(command, env),
      argv: process.args ?? [],
      env,
    },
  ];
}

/** From a process's limits to its start; after this it has only its own rights, and its filter. */
export function confinedPlan(
  process: Process,
  { setGroups, filter }: { setGroups: boolean; filter: readonly Operation[] },
): Operation[] {
  // A filter needs CAP_SYS_ADMIN, unless nothing can be gained any more; then it comes last, and sees the fewest of our own calls.
  const late = process.noNewPrivileges === true;
  return [
    ...limitsPlan(process),
    ...credentialsPlan(process, { setGroups, privileged: late ? [] : filter }),
    ...executePlan(process, late ? filter : []),
  ];
}
