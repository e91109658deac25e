import type { Mount, RuntimeSpec } from '@ctrkit/oci';
import { becomeRoot, cloneFlags, makeUserNamespace } from '@ctrkit/syscalls';
import type { IdMaps, Operation } from '@ctrkit/syscalls';
import { permittedCapabilities } from './capabilities.ts';
import { bindsOf, hasOwnIds, holdPlan, isMapped } from './mounts.ts';
import { hostRootOf, idMapsOf, namespacesOf } from './namespaces.ts';
import { givenStreamsPlan, oomScorePlan } from './process.ts';
import type { ProcessStreams } from './process.ts';
import { mappedRoots, rootPlan } from './root.ts';

const mapsOf = (mount: Mount, container: IdMaps): IdMaps =>
  hasOwnIds(mount) ? { uids: mount.uidMappings ?? [], gids: mount.gidMappings ?? [] } : container;

// A mount is shown with the ids of the user namespace that was made last: the container's own is that in the end.
function holdsPlan(binds: readonly Mount[], bundle: string, container: IdMaps): Operation[] {
  let last: IdMaps | undefined;
  const having = (maps: IdMaps): Operation[] => {
    const isMade = maps === last;
    last = maps;
    return isMade ? [] : [makeUserNamespace(maps)];
  };
  return [
    ...binds.flatMap((mount) => [
      ...(isMapped(mount) ? having(mapsOf(mount, container)) : []),
      ...holdPlan(mount, bundle, 'all'),
    ]),
    ...having(container),
  ];
}

// Whoever mounts an overlay makes its work directory, and on id-mapped layers only who has an id there makes anything.
function becomeMounterPlan(root: { readonly uid: number; readonly gid: number }): Operation[] {
  const all = permittedCapabilities();
  return [
    { op: 'identity', ...root },
    { op: 'capabilities', effective: all, permitted: all, inheritable: 0n, ambient: 0n },
  ];
}

/**
 * All that must be done by root itself before the container's process is there, whose root is somebody else (`isGivenAway`), and the
 * spawning of that: takes hold of the mounts, makes the root, enters the user namespace. Throws BUNDLE_INVALID, SPEC_UNSUPPORTED.
 */
export function beforehandPlan(
  spec: RuntimeSpec,
  bundle: string,
  streams: ProcessStreams,
): Operation[] {
  const maps = idMapsOf(spec);
  const root = hostRootOf(maps);
  return [
    // The score of a process that is closed to inspection, as the child will be, only root sets.
    ...(spec.process === undefined ? [] : oomScorePlan(spec.process)),
    { op: 'unshare', flags: cloneFlags.mount },
    ...holdsPlan(bindsOf(spec.mounts), bundle, maps),
    { op: 'private-mounts' },
    ...mappedRoots(spec, bundle).map((path): Operation => ({ op: 'map-ids', path })),
    ...becomeMounterPlan(root),
    rootPlan(spec, bundle),
    ...givenStreamsPlan(streams, root),
    { op: 'enter-user-namespace' },
    becomeRoot,
    { op: 'spawn', namespaces: namespacesOf(spec).flags },
  ];
}
