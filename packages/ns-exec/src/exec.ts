import type { ProcessIdentity } from '@ctrkit/durable';
import { openCgroup } from '@ctrkit/cgroup';
import type { Process, RuntimeSpec } from '@ctrkit/oci';
import { Helper } from '@ctrkit/syscalls';
import { accountFiles, hearStart } from './conversation.ts';
import type { Identify } from './conversation.ts';
import { launchedContainer } from './launched-container.ts';
import type { LaunchedContainer } from './launched-container.ts';
import { NsExecError } from './ns-exec-error.ts';
import { enteredProcessPlan, enterPlan } from './plan/enter.ts';
import { seccompPlan } from './plan/seccomp.ts';
import { supervisionPlan } from './supervision.ts';
import type { Supervision } from './supervision.ts';

export interface ExecOptions extends Supervision {
  /** The first process of the container. */
  readonly target: ProcessIdentity;
  /** As in {@link StartOptions}: the last word on the process, with the account files of the container. */
  readonly identify?: Identify;
}

async function joinFilesOf({ linux }: RuntimeSpec): Promise<readonly string[]> {
  if (linux?.cgroupsPath === undefined) return [];
  return (await openCgroup(linux.cgroupsPath)).joinFiles;
}

// It may have ended since somebody looked.
function enterError(error: unknown, { pid }: ProcessIdentity): unknown {
  const { failure } = error as { failure?: { operation: string } };
  const { cause } = error as { cause?: { failure?: { operation: string } } };
  const operation = failure?.operation ?? cause?.failure?.operation ?? '';
  const hasNoCgroup = (error as { code?: unknown }).code === 'CGROUP_NOT_FOUND';
  if (!hasNoCgroup && !['target', 'join-cgroup', 'join-namespaces'].includes(operation)) {
    return error;
  }
  return new NsExecError('CONTAINER_GONE', `the container of process ${pid} is not running`, {
    cause: error,
  });
}

/**
 * Starts one more process in a running container: in all its namespaces and its cgroup, with the rights that `process`
 * says. Resolves when it runs. Unless `tied` is false, it ends when this process does.
 * Throws NsExecError CONTAINER_GONE, COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE and others.
 */
export async function execInContainer(
  spec: RuntimeSpec,
  process: Process,
  { target, identify, ...supervision }: ExecOptions,
): Promise<LaunchedContainer> {
  const { stdio, streams = 'inherited' } = supervision;
  const helper = new Helper('supervise', stdio === undefined ? {} : { stdio });
  const [command = ''] = process.args ?? [];
  try {
    await helper.write(
      ...supervisionPlan(supervision, 'enter'),
      ...enterPlan(spec, process, { target, joinFiles: await joinFilesOf(spec), streams }),
    );
    // Made while the helper enters.
    const filter = seccompPlan(spec);
    const whole = await (identify?.(await accountFiles(helper)) ?? process);
    await helper.write(...enteredProcessPlan(spec, whole, streams, filter));
    return launchedContainer(await hearStart(helper, command), helper);
  } catch (error) {
    helper.end();
    helper.kill('SIGKILL');
    await helper.wait().catch(() => {});
    throw enterError(error, target);
  }
}
