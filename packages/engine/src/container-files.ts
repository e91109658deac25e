import { findChanges, layersTree, packTree, runningTree } from '@ctrkit/rootfs';
import type { Change, Tree } from '@ctrkit/rootfs';
import type { RuntimeSpec } from '@ctrkit/oci';
import { readSpec } from './bundle.ts';
import type { Engine } from './engine.ts';
import { findContainer } from './find.ts';
import type { Container } from './list.ts';
import { changedDirectories, haveSameLayers, stackOf } from './root-directories.ts';
import { readRunRecord } from './run-record.ts';
import { whileThere } from './while-there.ts';

/** The places of a container that something of its own is mounted on. */
export const mountPointsOf = ({ mounts = [] }: RuntimeSpec): string[] =>
  mounts.map(({ destination }) => destination).filter((destination) => destination !== '/');

/**
 * What a container changed of its image, sorted by path. Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS,
 * CONTAINER_DAMAGED, RootfsError.
 */
export async function containerChanges(engine: Engine, nameOrId: string): Promise<Change[]> {
  const { id } = findContainer(engine, nameOrId);
  for (;;) {
    const spec = readSpec(engine, id);
    const mountPoints = mountPointsOf(spec);
    const changes = await findChanges({ ...changedDirectories(spec), mountPoints });
    // Forked meanwhile: then some of them may have been elsewhere when we looked.
    if (haveSameLayers(spec, readSpec(engine, id))) return changes;
  }
}

/** The files of a container: of a running one those that it sees now, without what is mounted in it. */
export function containerTree(engine: Engine, nameOrId: string): Tree {
  const container = findContainer(engine, nameOrId);
  return treeOf(engine, container, readSpec(engine, container.id));
}

function treeOf(engine: Engine, { id, state }: Container, spec: RuntimeSpec): Tree {
  const process = state.status === 'running' ? readRunRecord(engine, id)?.process : undefined;
  if (process !== undefined) {
    const user = spec.linux?.namespaces?.some(({ type }) => type === 'user') ?? false;
    return runningTree({ ...process, user });
  }
  return layersTree(stackOf(spec));
}

/**
 * All files of a container as an uncompressed tar archive, and nothing of its image's config. Throws CONTAINER_NOT_FOUND,
 * CONTAINER_AMBIGUOUS, CONTAINER_DAMAGED at once, RootfsError while it is read, CONTAINER_NOT_FOUND at its end where the
 * container was removed meanwhile.
 */
export function exportContainer(
  engine: Engine,
  nameOrId: string,
  options: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<Buffer, void, undefined> {
  const container = findContainer(engine, nameOrId);
  const spec = readSpec(engine, container.id);
  const archive = packTree(treeOf(engine, container, spec), options);
  return whileThere(engine, container, spec, archive);
}
