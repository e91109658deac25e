import type { Mount, RuntimeSpec } from '@ctrkit/oci';
import { readOnly } from './copy-error.ts';

const holds = ({ destination }: Mount, path: string): boolean =>
  destination === path || path.startsWith(destination.replace(/\/*$/, '/'));

/** The mount of a container that a path is in, by its name: the one that lies deepest. */
function mountAt({ mounts = [] }: RuntimeSpec, path: string): Mount | undefined {
  const around = mounts.filter((mount) => holds(mount, path));
  return around.toSorted((a, b) => b.destination.length - a.destination.length)[0];
}

/** Refuses, in docker's words, what goes where nobody may write. Throws READ_ONLY. */
export function checkWritable(spec: RuntimeSpec, path: string, isRunning: boolean): void {
  const mount = mountAt(spec, path);
  const isOwn = mount !== undefined && mount.destination !== '/';
  const isBind = isOwn && (mount.type === 'bind' || mount.options?.includes('bind') === true);
  if (isBind && mount.options?.includes('ro') === true) throw readOnly('mounted volume');
  // What a running container has mounted beside is written to as it allows.
  if (isBind || (isOwn && isRunning)) return;
  if (spec.root?.readonly === true) throw readOnly('container rootfs');
}
