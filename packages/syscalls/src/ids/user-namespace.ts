import type { Operation } from '../operations/index.ts';
import { isOwnAlone, mapLines } from './id-maps.ts';
import type { IdMapping, IdMaps } from './id-maps.ts';
import { findMappers } from './mappers.ts';

const isRoot = (): boolean => process.geteuid?.() === 0;

// The second word is the pid, which the helper knows.
const mapperOf = (program: string, mappings: readonly IdMapping[]): string[] => [
  program,
  '',
  ...mappings.flatMap(({ containerID, hostID, size }) => [containerID, hostID, size].map(String)),
];

/**
 * Makes a user namespace with these ids. The own id alone is mapped by anybody, who gives up setgroups(2) for it
 * (user_namespaces(7)); others by root itself, or by newuidmap(1) and newgidmap(1) where those allow it.
 */
export function makeUserNamespace(maps: IdMaps): Operation {
  const { uids, gids } = maps;
  const alone = isOwnAlone(maps);
  const mappers = isRoot() || alone ? undefined : findMappers();
  return {
    op: 'user-namespace',
    uidMap: mapLines(uids),
    gidMap: mapLines(gids),
    uidMapper: mappers === undefined ? [] : mapperOf(mappers.uid, uids),
    gidMapper: mappers === undefined ? [] : mapperOf(mappers.gid, gids),
    setGroups: alone ? 0 : 1,
  };
}

/** Become the root of the user namespace that one is in. */
export const becomeRoot: Operation = { op: 'identity', uid: 0, gid: 0 };

/** Makes a user namespace with these ids and enters it as its root. */
export function userNamespace(maps: IdMaps): Operation[] {
  return [makeUserNamespace(maps), { op: 'enter-user-namespace' }, becomeRoot];
}
