import { userInfo } from 'node:os';
import { mapBehind } from './id-maps.ts';
import type { IdMaps } from './id-maps.ts';
import { findMappers } from './mappers.ts';
import { subordinateIds } from './subordinate-ids.ts';

function nameOfUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // Without an account only the number counts.
    return undefined;
  }
}

function findMaps(uid: number, gid: number): IdMaps {
  const owner = { name: nameOfUser(), id: uid };
  const [uids, gids] = [subordinateIds('/etc/subuid', owner), subordinateIds('/etc/subgid', owner)];
  // Half of it would be of no use: files have both.
  const isMapped = uids.length > 0 && gids.length > 0 && findMappers() !== undefined;
  return { uids: mapBehind(uid, isMapped ? uids : []), gids: mapBehind(gid, isMapped ? gids : []) };
}

let known: { readonly maps: IdMaps | undefined } | undefined;

/**
 * The ids of the user namespace that a normal user can make: its root is that user, and the others are the subordinate ids of
 * /etc/subuid and /etc/subgid, where there are any and newuidmap(1) and newgidmap(1) are installed. Undefined for root, who needs none.
 */
export function ownIdMaps(): IdMaps | undefined {
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
  known ??= { maps: uid === 0 ? undefined : findMaps(uid, gid) };
  return known.maps;
}
