import { EngineError } from './engine-error.ts';
import type { Engine } from './engine.ts';
import { containerIds, containerWithId } from './list.ts';
import type { Container } from './list.ts';
import { readName } from './names.ts';

/**
 * The container that a user means: by full id, name, or the beginning of an id that no other has, in this order, as
 * docker looks. Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS.
 */
export function findContainer(engine: Engine, nameOrId: string): Container {
  const wanted = nameOrId.startsWith('/') ? nameOrId.slice(1) : nameOrId;
  const exact =
    containerWithId(engine, wanted) ?? containerWithId(engine, readName(engine, wanted)?.id ?? '');
  if (exact !== undefined) return exact;
  const matches = /^[0-9a-f]+$/.test(wanted)
    ? containerIds(engine).filter((id) => id.startsWith(wanted))
    : [];
  if (matches.length > 1) {
    throw new EngineError(
      'CONTAINER_AMBIGUOUS',
      `multiple containers found with provided prefix: ${nameOrId}`,
    );
  }
  const [match] = matches;
  const found = match === undefined ? undefined : containerWithId(engine, match);
  if (found !== undefined) return found;
  throw new EngineError('CONTAINER_NOT_FOUND', `No such container: ${nameOrId}`);
}
