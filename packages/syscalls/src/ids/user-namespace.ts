import type { Operation } from '../operations/index.ts';
import { isSingle, mapLines } from './id-maps.ts';
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
 * The operations that make a user namespace with these ids and enter it as its root. The own id alone is mapped by anybody, who gives up
 * setgroups(2) for it (user_namespaces(7)); others by root itself, or by newuidmap(1) and newgidmap(1) where those allow it.
 */
export function userNamespace({ uids, gids }: IdMaps): Operation[] {
  const single = isSingle(uids) && isSingle(gids);
  const mappers = isRoot() || single ? undefined : findMappers();
  return [
    {
      op: 'user-namespace',
      uidMap: mapLines(uids),
      gidMap: mapLines(gids),
      uidMapper: mappers === undefined ? [] : mapperOf(mappers.uid, uids),
      gidMapper: mappers === undefined ? [] : mapperOf(mappers.gid, gids),
      setGroups: single ? 0 : 1,
    },
    { op: 'enter-user-namespace' },
  ];
}
