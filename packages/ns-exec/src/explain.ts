import type { RuntimeSpec } from '@ctrkit/oci';
import type { Operation } from '@ctrkit/syscalls';
import { supervisionPlan } from './supervision.ts';
import { refuseUnsupported } from './plan/unsupported.ts';
import { joinPlan, openRootPlan, processPlan, sandboxPlan, spawnPlan } from './plan/plan.ts';

/**
 * The plan that `launch` would carry out for a spec, without its cgroup, whose directories are only known when they
 * are made. Throws SPEC_UNSUPPORTED, BUNDLE_INVALID.
 */
export function launchPlan(spec: RuntimeSpec, bundle: string): Operation[] {
  refuseUnsupported(spec);
  const process = spec.process ?? { cwd: '/', user: { uid: 0, gid: 0 } };
  const streams = process.terminal === true ? 'terminal' : 'inherited';
  return [
    ...supervisionPlan({ streams }, 'launch'),
    ...spawnPlan(spec),
    ...joinPlan(spec),
    ...openRootPlan(spec, { bundle, streams, readUsers: false }),
    ...sandboxPlan(spec, { bundle, cgroups: [], hasCgroup: false }),
    ...processPlan(spec, process, streams),
  ];
}
