import type { Mount, RuntimeSpec } from '@ctrkit/oci';
import { hasOwnIds, isBind, isMapped } from './mounts.ts';
import { isGivenAway } from './namespaces.ts';
import { NsExecError } from '../ns-exec-error.ts';

const isRoot = ({ destination }: Mount): boolean => destination === '/';

const asked: readonly (readonly [what: string, isAsked: (spec: RuntimeSpec) => boolean])[] = [
  ['process.apparmorProfile', (spec) => Boolean(spec.process?.apparmorProfile)],
  ['process.selinuxLabel', (spec) => Boolean(spec.process?.selinuxLabel)],
  ['linux.seccomp.listenerPath', (spec) => Boolean(spec.linux?.seccomp?.listenerPath)],
  ['hooks', (spec) => Object.values(spec.hooks ?? {}).some((hooks) => hooks.length > 0)],
  [
    'an id-mapped mount without a user namespace of other ids that root makes',
    (spec) => !isGivenAway(spec) && (spec.mounts ?? []).some(isMapped),
  ],
  [
    'an id-mapped file system that is no bind mount',
    ({ mounts = [] }) =>
      mounts.some((mount) => isMapped(mount) && !isBind(mount) && !isRoot(mount)),
  ],
  ['a root with ids of its own', ({ mounts = [] }) => mounts.some((mount) => isRoot(mount) && hasOwnIds(mount))], // prettier-ignore
];

/**
 * Refuses what a spec asks for and this package does not do: a profile that is left out in silence protects from nothing.
 * Throws SPEC_UNSUPPORTED.
 */
export function refuseUnsupported(spec: RuntimeSpec): void {
  const found = asked.find(([, isAsked]) => isAsked(spec));
  if (found === undefined) return;
  throw new NsExecError('SPEC_UNSUPPORTED', `${found[0]} is not supported`, {
    hint: 'leave it out of config.json, or run the bundle with another runtime',
  });
}
